// Sliced jagged diagonals, a layout of a sparse W (rows x cols) for one vector and, of W^T, for blocks: SELL-8-sigma
// without padding. The rows of each panel (row_panels.hpp) are sorted by falling length, and eight in a row form a
// slice. Lane l of slice s holds row order[8 s + l] with lengths[8 s + l] entries; its entries k = 0, 1, ... stand side
// by side with the k-th entries of the other lanes:
//     for k = 0, 1, ...: for each lane l with lengths[l] > k:  columns[p], values[p], p = offsets[s] ++
// so that eight rows are summed at once, each from its first entry to its last, as in CSR: the bits are the same.
// A slice of a band, whose k-th columns follow one another from lane to lane for every k, is marked in `banded`.
// Invariants: lengths fall within a slice; a lane without a row has order -1 and length 0; `columns` is followed by
// `lookahead` zeros, which a prefetch may read.
// Memory: nnz (4 + sizeof(Scalar)) + 9.125 rows bytes.
// Source: Kreutzer, Hager, Wellein, Fehske & Bishop 2014 (SELL-C-sigma); Saad 1989 (jagged diagonals).
#pragma once

#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/types.hpp>

#include <cstdint>
#include <limits>

namespace rhochain {

template <storage_scalar Scalar>
struct sell {
    static constexpr std::int64_t height = 8;
    static constexpr std::int64_t lookahead = 128;

    std::int64_t n_rows = 0;
    std::int64_t n_cols = 0;
    std::int64_t banded_slices = 0;
    buffer<std::int32_t> order;
    buffer<std::int32_t> lengths;
    buffer<std::int64_t> offsets;
    buffer<std::uint8_t> banded;
    buffer<std::int32_t> columns;
    buffer<Scalar> values;

    [[nodiscard]] std::int64_t rows() const { return n_rows; }
    [[nodiscard]] std::int64_t cols() const { return n_cols; }
    [[nodiscard]] std::int64_t nnz() const { return static_cast<std::int64_t>(values.size()); }
    [[nodiscard]] std::int64_t slices() const { return slices(n_rows); }

    [[nodiscard]] static std::int64_t slices(std::int64_t rows) { return (rows + height - 1) / height; }

    // Positions are 32-bit: no side may be longer.
    [[nodiscard]] static bool fits(std::int64_t rows, std::int64_t cols) {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() - height;
        return rows <= most && cols <= most;
    }

    [[nodiscard]] static std::size_t bytes(std::int64_t rows, std::int64_t nnz) {
        const auto lanes = static_cast<std::size_t>(slices(rows) * height);
        return static_cast<std::size_t>(nnz) * (sizeof(std::int32_t) + sizeof(Scalar)) +
               static_cast<std::size_t>(lookahead) * sizeof(std::int32_t) + 2 * lanes * sizeof(std::int32_t) +
               static_cast<std::size_t>(slices(rows) + 1) * sizeof(std::int64_t) +
               static_cast<std::size_t>(slices(rows));
    }
};

}  // namespace rhochain
