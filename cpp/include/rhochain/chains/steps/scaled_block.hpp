// X = M diag(2^e_1 .. 2^e_b), M (n x b) row-major: vectors of any length in magnitude, each column with its own
// power of two. Rescaling is exact: only an entry below 2^-900 of its column's norm can lose bits. A rank holds its
// rows of M (space.hpp); exponents and norms are the same on all of them.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/scaled.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {

// Writes the block that it is given.
using block_writer = std::function<void(block_out)>;

class scaled_block {
public:
    // (*) Copies X, rows of S. Throws std::invalid_argument, naming `what`, at an entry that is not finite.
    scaled_block(block_in X, const char* what, const space& S);

    // (*) From mantissas(), exponents() and norms() of another one: a run goes on to the same bits. Throws
    // std::invalid_argument at a mismatch in size or a mantissa or norm that is not finite.
    scaled_block(block_in mantissas, std::span<const std::int64_t> exponents, std::span<const double> norms,
                 const space& S);

    // The space of the columns.
    [[nodiscard]] const space& of() const { return S_; }
    [[nodiscard]] std::int64_t columns() const { return b_; }
    [[nodiscard]] block_out mantissas() {
        write_deferred();
        return M_;
    }
    [[nodiscard]] block_in mantissas() const {
        write_deferred();
        return M_;
    }
    [[nodiscard]] const std::vector<std::int64_t>& exponents() const { return exponents_; }
    [[nodiscard]] const std::vector<double>& norms() const { return norms_; }  // of the columns of the mantissas

    // The 2-norm of column c.
    [[nodiscard]] scaled norm(std::int64_t c) const;

    // (*) Makes `next` (taken by exchange) the new M and adds `exponent` to every e_c. `squares` holds the sums of
    // squares of its columns; a norm whose square left the float64 range is computed anew. Columns whose norm has
    // left [2^-64, 2^64] are rescaled; returns whether there were any. Throws std::overflow_error if an entry is not
    // finite. `deferred_write`, if given, writes the new M: before the next call, when M is first read, or never.
    bool replace(vector_block& next, std::int64_t exponent, std::span<const double> squares,
                 block_writer deferred_write = {});

    // Writes the deferred M, if there is one.
    void write_deferred() const {
        if (deferred_write_) std::exchange(deferred_write_, {})(M_);
    }

    // Drops the deferred M, whose arguments no longer exist: M holds nothing.
    void drop_deferred() { deferred_write_ = {}; }

    // After the mantissas were replaced in place: `norms` are the 2-norms of the columns, all exponents 0.
    void restart(std::vector<double> norms);

    // Scales each column to 1/2 <= ||M_c|| < 1; a zero column gets exponent 0.
    void normalise();

    [[nodiscard]] vector_block take_mantissas() {
        write_deferred();
        return std::move(M_);
    }

private:
    void measure(std::span<const double> squares);
    bool rescale(int slack);

    space S_;
    std::int64_t b_;
    mutable vector_block M_;
    mutable block_writer deferred_write_;
    std::vector<std::int64_t> exponents_;
    std::vector<double> norms_;
};

}  // namespace rhochain
