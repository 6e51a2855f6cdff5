// A sparse W (rows x cols) that consists of D diagonals, each stored from end to end, in groups of eight rows: one copy
// for products with W and with W^T, without columns. With the offset o_d = offsets[d] of diagonal d
//     W(i, i + o_d) = values[floor(i / 8) 8 D + 8 d + i mod 8],   0 <= i < rows, 0 <= i + o_d < cols;
// places that no such entry has hold 0 and are not read as entries.
// Invariant: offsets rise.
// Memory: rows D sizeof(Scalar) bytes and a few cache lines, two thirds of CSR for float64 with 32-bit columns.
#pragma once

#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/types.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

template <storage_scalar Scalar>
struct diagonals {
    static constexpr std::int64_t group = 8;

    std::int64_t n_rows = 0;
    std::int64_t n_cols = 0;
    std::vector<std::int64_t> offsets;
    buffer<Scalar> values;

    [[nodiscard]] std::int64_t rows() const { return n_rows; }
    [[nodiscard]] std::int64_t cols() const { return n_cols; }
    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()); }

    // Places of `count` diagonals, and one group more for kernels that read beyond an entry.
    [[nodiscard]] static std::int64_t places(std::int64_t rows, std::int64_t count) {
        return (rows + group - 1) / group * group * count + group;
    }
    [[nodiscard]] static std::size_t bytes(std::int64_t rows, std::int64_t count) {
        return static_cast<std::size_t>(places(rows, count)) * sizeof(Scalar);
    }
};

}  // namespace rhochain
