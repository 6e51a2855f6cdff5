// Compressed sparse rows: row i of W (rows x cols) owns the positions p in [indptr[i], indptr[i+1]),
//     W(i, indices[p]) = values[p].
// Invariant after validate(): indptr rises from 0 to nnz, 0 <= indices < cols, every value is finite.
// Rows may be unsorted. A position listed twice stands for the sum; since |a| + |b| != |a + b| the estimators
// need such rows merged, which `canonical` does.
#pragma once

#include <rhochain/storage/types.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace rhochain {

// Borrowed: the maker of the view keeps the arrays alive.
template <storage_scalar Scalar, index_integer Index>
struct csr_view {
    using scalar_type = Scalar;
    using index_type = Index;

    std::int64_t n_rows = 0;
    std::int64_t n_cols = 0;
    std::span<const Index> indptr;
    std::span<const Index> indices;
    std::span<const Scalar> values;

    [[nodiscard]] std::int64_t rows() const { return n_rows; }
    [[nodiscard]] std::int64_t cols() const { return n_cols; }
    [[nodiscard]] std::int64_t nnz() const { return static_cast<std::int64_t>(values.size()); }
    [[nodiscard]] std::int64_t row_begin(std::int64_t i) const { return indptr[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t row_end(std::int64_t i) const { return indptr[static_cast<std::size_t>(i) + 1]; }
    [[nodiscard]] std::int64_t column(std::int64_t p) const { return indices[static_cast<std::size_t>(p)]; }
    [[nodiscard]] Scalar value(std::int64_t p) const { return values[static_cast<std::size_t>(p)]; }
};

// Owning.
template <storage_scalar Scalar, index_integer Index>
struct csr {
    std::int64_t n_rows = 0;
    std::int64_t n_cols = 0;
    std::vector<Index> indptr;
    std::vector<Index> indices;
    std::vector<Scalar> values;

    [[nodiscard]] csr_view<Scalar, Index> view() const { return {n_rows, n_cols, indptr, indices, values}; }
    [[nodiscard]] std::size_t bytes() const {
        return (indptr.capacity() + indices.capacity()) * sizeof(Index) + values.capacity() * sizeof(Scalar);
    }
};

// Throws std::invalid_argument naming the array, the position, what stood there and what was expected.
template <storage_scalar Scalar, index_integer Index>
void validate(const csr_view<Scalar, Index>& W);

// Whether some row lists a column twice. Memory: `cols` integers unless every row is sorted.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] bool has_duplicates(const csr_view<Scalar, Index>& W);

// The same matrix with sorted rows and repeated positions summed. Throws if a sum is not finite.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] csr<Scalar, Index> canonical(const csr_view<Scalar, Index>& W);

// W^T with sorted rows, O(nnz + cols) time.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] csr<Scalar, Index> transpose(const csr_view<Scalar, Index>& W);

}  // namespace rhochain
