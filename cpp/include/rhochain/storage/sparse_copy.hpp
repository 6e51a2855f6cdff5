// The entries of a dense W other than 0, as CSR: of a W whose entries are mostly 0, products with the copy take less
// time and memory.
#pragma once

#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/dense.hpp>

#include <cstddef>
#include <span>

namespace rhochain {

// Up to this density, for n = 200, 1000 and 2000, each product with the copy took no longer than that with the array,
// W x and W^T x, one vector and eight, within 5 %; at 0.3 some took longer. The copy and its two layouts for products
// then take 0.9 of the bytes of a float64 array, and 1.2 of those of a float32 one.
inline constexpr double most_dense = 0.2;
// Below, a product is over before a layout matters.
inline constexpr std::int64_t least_dense_entries = 10'000;

// Entries other than 0; a NaN counts.
template <storage_scalar Scalar>
[[nodiscard]] std::int64_t count_nonzero(const dense_view<Scalar>& W);

// Whether int32 holds the indices of a copy.
[[nodiscard]] bool fits_int32(std::int64_t rows, std::int64_t cols, std::int64_t nnz);

// The bytes of a copy with entries of `scalar` bytes.
[[nodiscard]] std::size_t sparse_copy_bytes(std::int64_t rows, std::int64_t cols, std::int64_t nnz, std::size_t scalar);

// Whether W is large and empty enough.
[[nodiscard]] bool worth_sparse_copy(std::int64_t rows, std::int64_t cols, std::int64_t nnz);

// Writes the copy of W, or of W^T if `transposed`: indptr has one place more than the copy has rows, indices and values
// have count_nonzero(W).
template <storage_scalar Scalar, index_integer Index>
void write_sparse_copy(const dense_view<Scalar>& W, bool transposed, std::span<Index> indptr, std::span<Index> indices,
                       std::span<Scalar> values);

template <index_integer Index, storage_scalar Scalar>
[[nodiscard]] csr<Scalar, Index> sparse_copy(const dense_view<Scalar>& W, bool transposed, std::int64_t nnz) {
    const std::int64_t rows = transposed ? W.cols() : W.rows();
    const std::int64_t cols = transposed ? W.rows() : W.cols();
    const auto count = static_cast<std::size_t>(nnz);
    csr<Scalar, Index> copy{rows, cols, std::vector<Index>(static_cast<std::size_t>(rows) + 1),
                            std::vector<Index>(count), std::vector<Scalar>(count)};
    write_sparse_copy<Scalar, Index>(W, transposed, copy.indptr, copy.indices, copy.values);
    return copy;
}

}  // namespace rhochain
