// Compressed sparse blocks: a sparse W (rows x cols) in tiles of 2^row_shift x 2^column_shift, one copy for the
// products of a vector with W and with W^T. Tile (I, J) owns the positions offsets[I tile_columns + J] <= p < the next
// offset,
//     W(I 2^row_shift + r, J 2^column_shift + c) = values[p],   places[p] = 2^16 r + c.
// A product reads one stretch of x and writes one of y for as long as it works on a tile, both from a core's own
// caches. Invariant: the entries of a tile are sorted by c + floor(r / skew), then by r mod skew, then by r. So each
// row is met from its first column to its last along the tiles of a row, and each column from its first row to its last
// down those of a column: the bits of a product are those of a CSR whose rows are sorted. And entries of the same row
// or column seldom follow one another, which would make each wait for the sum of the one before. Where even large tiles
// hold fewer entries than lines of x, products go in two passes (two_pass_product.hpp), which lease from `pool` a
// scratch for the entries of a quarter of the stretches of y or a little more: 2.125 bytes an entry. Memory: nnz (4 +
// sizeof(Scalar)) bytes and 8 a tile. Source: Buluc, Fineman, Frigo, Gilbert & Leiserson 2009 (compressed sparse
// blocks); the order within a tile is this library's own.
#pragma once

#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/buffer_pool.hpp>
#include <rhochain/storage/types.hpp>

#include <cstdint>
#include <memory>

namespace rhochain {

struct tile_shape {
    static constexpr int place_bits = 16;
    static constexpr std::uint32_t column_mask = (std::uint32_t{1} << place_bits) - 1;
    static constexpr std::int64_t skew = 64;

    int row_shift = 0;  // at most place_bits
    int column_shift = 0;
    std::int64_t rows = 0;  // of tiles
    std::int64_t columns = 0;
    bool two_passes = false;

    [[nodiscard]] std::int64_t count() const { return rows * columns; }
};

template <storage_scalar Scalar>
struct sparse_tiles {
    std::int64_t n_rows = 0;
    std::int64_t n_cols = 0;
    tile_shape shape;
    buffer<std::int64_t> offsets;
    buffer<std::uint32_t> places;
    buffer<Scalar> values;
    std::shared_ptr<buffer_pool> pool;  // for two passes; null: each product takes memory of its own

    [[nodiscard]] std::int64_t rows() const { return n_rows; }
    [[nodiscard]] std::int64_t cols() const { return n_cols; }
    [[nodiscard]] std::int64_t nnz() const { return static_cast<std::int64_t>(values.size()); }

    // Numbers in the scratch of two passes: a quarter of the entries, and a 64th because a group holds whole stretches
    // of y.
    [[nodiscard]] static std::int64_t scratch_size(std::int64_t nnz) { return nnz / 4 + nnz / 64; }
    // 0 unless they are made in two passes.
    [[nodiscard]] static std::size_t scratch_bytes(const tile_shape& shape, std::int64_t nnz) {
        return shape.two_passes ? static_cast<std::size_t>(scratch_size(nnz)) * sizeof(double) : 0;
    }

    [[nodiscard]] static std::size_t bytes(const tile_shape& shape, std::int64_t nnz) {
        return static_cast<std::size_t>(nnz) * (sizeof(std::uint32_t) + sizeof(Scalar)) +
               static_cast<std::size_t>(shape.count() + 1) * sizeof(std::int64_t);
    }
};

}  // namespace rhochain
