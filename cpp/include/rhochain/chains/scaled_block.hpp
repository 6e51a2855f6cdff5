// X = M diag(2^e_1 .. 2^e_b), M (n x b) row-major: vectors of any length in magnitude, each column with its own
// power of two. Rescaling is exact: only an entry below 2^-900 of its column's norm can lose bits.
#pragma once

#include <rhochain/storage/block.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/scaled.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {

// Writes the block that it is given.
using block_writer = std::function<void(mutable_block)>;

class scaled_block {
public:
    // Copies X. Throws std::invalid_argument, naming `what`, at an entry that is not finite.
    scaled_block(const_block X, const char* what, int threads);

    // Takes up what mantissas(), exponents() and norms() told: goes on to the same bits. Throws std::invalid_argument at a
    // mismatch in size or a mantissa or norm that is not finite.
    scaled_block(const_block mantissas, std::span<const std::int64_t> exponents, std::span<const double> norms);

    [[nodiscard]] std::int64_t rows() const { return n_; }
    [[nodiscard]] std::int64_t columns() const { return b_; }
    [[nodiscard]] mutable_block mantissas() {
        settle();
        return {M_.data(), n_, b_};
    }
    [[nodiscard]] const_block mantissas() const {
        settle();
        return {M_.data(), n_, b_};
    }
    [[nodiscard]] const std::vector<std::int64_t>& exponents() const { return exponents_; }
    [[nodiscard]] const std::vector<double>& norms() const { return norms_; }  // of the columns of the mantissas

    // The 2-norm of column c.
    [[nodiscard]] scaled norm(std::int64_t c) const;

    // Makes `next` (taken by exchange) the new M and adds `exponent` to every e_c. `squares` holds the sums of
    // squares of its columns; a norm whose square left the float64 range is computed anew. Columns whose norm has
    // left [2^-64, 2^64] are rescaled; returns whether there were any. Throws std::overflow_error if an entry is not finite.
    // Where `write_later` is given it writes the new M, once somebody asks for it and before the next call, or never.
    bool replace(buffer<double>& next, std::int64_t exponent, std::span<const double> squares, int threads,
                 block_writer write_later = {});

    // Writes the M that has been put off, if it has.
    void settle() const {
        if (write_later_) std::exchange(write_later_, {})({M_.data(), n_, b_});
    }

    // Gives up the M that has been put off: what it would have been made of is gone.
    void abandon() { write_later_ = {}; }

    // After the mantissas were replaced in place: `norms` are the 2-norms of the columns, all exponents 0.
    void restart(std::vector<double> norms);

    // Scales each column to 1/2 <= ||M_c|| < 1; a zero column gets exponent 0.
    void normalise(int threads);

    [[nodiscard]] buffer<double> take_mantissas() {
        settle();
        return std::move(M_);
    }

private:
    void measure(std::span<const double> squares);
    bool rescale(int slack, int threads);

    std::int64_t n_;
    std::int64_t b_;
    mutable buffer<double> M_;
    mutable block_writer write_later_;
    std::vector<std::int64_t> exponents_;
    std::vector<double> norms_;
};

}  // namespace rhochain
