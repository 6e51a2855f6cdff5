// A dense matrix, rows x cols, row-major: W(i, j) = values[i cols + j].
// It offers the same entry access as csr_view: row i owns the positions [i cols, (i+1) cols).
#pragma once

#include <rhochain/storage/types.hpp>

#include <span>

namespace rhochain {

// Borrowed: the maker of the view keeps the array alive.
template <storage_scalar Scalar>
struct dense_view {
    using scalar_type = Scalar;

    std::int64_t n_rows = 0;
    std::int64_t n_cols = 0;
    std::span<const Scalar> values;

    [[nodiscard]] std::int64_t rows() const { return n_rows; }
    [[nodiscard]] std::int64_t cols() const { return n_cols; }
    [[nodiscard]] std::int64_t nnz() const { return static_cast<std::int64_t>(values.size()); }
    [[nodiscard]] std::int64_t row_begin(std::int64_t i) const { return i * n_cols; }
    [[nodiscard]] std::int64_t row_end(std::int64_t i) const { return (i + 1) * n_cols; }
    [[nodiscard]] std::int64_t column(std::int64_t p) const { return p % n_cols; }
    [[nodiscard]] Scalar value(std::int64_t p) const { return values[static_cast<std::size_t>(p)]; }
};

// Throws std::invalid_argument on a size that does not fit or a value that is not finite.
template <storage_scalar Scalar>
void validate(const dense_view<Scalar>& W);

}  // namespace rhochain
