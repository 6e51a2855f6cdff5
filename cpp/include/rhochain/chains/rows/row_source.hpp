// Rows x_k in R^n, k = 0 .. count - 1, of a trajectory: borrowed from memory, or fetched in blocks by a function of the
// caller. The library never holds all rows that it fetches. A rank reads its columns alone (space.hpp).
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/types.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace rhochain {

// Rows begin .. end - 1 of a source: row k lies at first + (k - begin) stride. Valid until the next read into the
// same buffer.
struct row_block {
    const double* first = nullptr;
    std::int64_t stride = 0;
};

// Thrown by a fetch function or a rollout that is asked to stop: the steps done stand, as if a progress function had
// stopped them.
struct reading_stopped {};

class row_source {
public:
    // Writes columns first_column .. first_column + columns - 1 of rows begin .. end - 1, contiguous, to `out`.
    // Called from the thread that runs the chain.
    using fetch_function = std::function<void(std::int64_t begin, std::int64_t end, std::int64_t first_column,
                                              std::int64_t columns, double* out)>;

    // Row k lies at first + k stride, its n entries side by side, or those from `first_column` on that this process
    // reads; the stride may be 0 or negative. The memory must outlive the source.
    row_source(const double* first, std::int64_t count, std::int64_t n, std::int64_t stride,
               std::int64_t first_column = 0);
    row_source(const float* first, std::int64_t count, std::int64_t n, std::int64_t stride,
               std::int64_t first_column = 0);
    row_source(fetch_function fetch, std::int64_t count, std::int64_t n);

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] std::int64_t width() const { return n_; }

    // Whether `read` needs no buffer, so that the whole source is one block.
    [[nodiscard]] bool in_place() const { return doubles_ != nullptr; }

    // A reader asks for as many rows of n entries at a time as this allows, but for one at least.
    [[nodiscard]] std::int64_t block_bytes() const { return block_bytes_; }
    void limit_blocks(std::int64_t bytes) { block_bytes_ = bytes; }

    // (*) The columns S.first() .. S.first() + S.length() - 1 of rows begin .. end - 1, where S.size() = n. What a
    // fetch throws on one rank ends the call on all of them.
    [[nodiscard]] row_block read(std::int64_t begin, std::int64_t end, std::vector<double>& buffer,
                                 const space& S) const;

private:
    void fetch(std::int64_t begin, std::int64_t end, double* out, const space& S) const;

    std::int64_t count_ = 0;
    std::int64_t n_ = 0;
    std::int64_t stride_ = 0;
    std::int64_t first_column_ = 0;
    std::int64_t block_bytes_ = std::numeric_limits<std::int64_t>::max();
    const double* doubles_ = nullptr;
    const float* floats_ = nullptr;
    fetch_function fetch_;
};

}  // namespace rhochain
