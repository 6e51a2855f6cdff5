// Passes over a row-major block Y (n x b) in chunks of rows that depend on its shape alone: what a pass computes, and
//     squares[c] = sum_i Y_ic^2,
// have the same bits for any number of threads. The squares come with the pass that writes Y, so that the norm of a
// column costs no pass of its own.
#pragma once

#include <rhochain/kernels/parallel.hpp>
#include <rhochain/storage/block.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// Rows of a chunk.
[[nodiscard]] inline std::int64_t chunk_rows_of(const_block shape) {
    constexpr std::int64_t chunk_entries = 8192;
    return std::max<std::int64_t>(1, chunk_entries / std::max<std::int64_t>(1, shape.columns));
}

// Calls body(first row, last row, chunk) for each chunk.
template <class Body>
void over_row_chunks(const_block shape, int threads, const Body& body) {
    // Below this many entries a team of threads costs more than it saves.
    constexpr std::int64_t parallel_entries = 1 << 15;
    const std::int64_t rows = chunk_rows_of(shape);
    const std::int64_t chunks = (shape.rows + rows - 1) / rows;
    parallel_for(shape.size() < parallel_entries ? 1 : threads, chunks,
                 [&](std::int64_t c) { body(c * rows, std::min(shape.rows, (c + 1) * rows), c); });
}

// entry(i, p) stores and returns Y at position p of row i. Its squares are added to `squares`, in the order of rows.
template <class Entry>
void store_and_add_squares(mutable_block Y, std::span<double> squares, int threads, const Entry& entry) {
    constexpr std::int64_t lanes = 8;
    const std::int64_t b = Y.columns;
    const std::int64_t rows = chunk_rows_of(Y);
    std::vector<double> partial(static_cast<std::size_t>((Y.rows + rows - 1) / rows * b), 0.0);
    over_row_chunks(Y, threads, [&](std::int64_t first, std::int64_t last, std::int64_t chunk) {
        double* total = partial.data() + chunk * b;
        if (b == 1) {
            double lane[lanes] = {};
            std::int64_t i = first;
            for (; i + lanes <= last; i += lanes)
                for (std::int64_t l = 0; l < lanes; ++l) {
                    const double y = entry(i + l, i + l);
                    lane[l] += y * y;
                }
            for (std::int64_t l = 0; i < last; ++i, ++l) {
                const double y = entry(i, i);
                lane[l] += y * y;
            }
            *total = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
        } else {
            for (std::int64_t i = first; i < last; ++i)
                for (std::int64_t c = 0; c < b; ++c) {
                    const double y = entry(i, i * b + c);
                    total[c] += y * y;
                }
        }
    });
    for (std::size_t p = 0; p < partial.size(); ++p) squares[p % static_cast<std::size_t>(b)] += partial[p];
}

}  // namespace rhochain
