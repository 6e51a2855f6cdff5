#include <rhochain/storage/sparse_copy.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

template <class Scalar, class Index>
void write_rows(const dense_view<Scalar>& W, std::span<Index> indptr, std::span<Index> indices,
                std::span<Scalar> values) {
    const auto cols = static_cast<std::size_t>(W.cols());
    std::vector<Index> places(cols);
    std::vector<Scalar> entries(cols);
    std::size_t end = 0;
    indptr[0] = 0;
    for (std::size_t i = 0; i + 1 < indptr.size(); ++i) {
        const Scalar* row = W.values.data() + i * cols;
        // Without a branch for each entry.
        std::size_t found = 0;
        for (std::size_t j = 0; j < cols; ++j) {
            places[found] = static_cast<Index>(j);
            entries[found] = row[j];
            found += row[j] != Scalar{0} ? 1 : 0;
        }
        std::copy_n(places.begin(), found, indices.begin() + static_cast<std::ptrdiff_t>(end));
        std::copy_n(entries.begin(), found, values.begin() + static_cast<std::ptrdiff_t>(end));
        end += found;
        indptr[i + 1] = static_cast<Index>(end);
    }
}

template <class Scalar, class Index>
void write_columns(const dense_view<Scalar>& W, std::span<Index> indptr, std::span<Index> indices,
                   std::span<Scalar> values) {
    std::fill(indptr.begin(), indptr.end(), Index{0});
    const auto rows = static_cast<std::size_t>(W.rows()), cols = static_cast<std::size_t>(W.cols());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < cols; ++j) indptr[j + 1] += W.values[i * cols + j] != Scalar{0} ? 1 : 0;
    for (std::size_t j = 1; j <= cols; ++j) indptr[j] += indptr[j - 1];
    std::vector<Index> next(indptr.begin(), indptr.end());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < cols; ++j) {
            const Scalar w = W.values[i * cols + j];
            if (w == Scalar{0}) continue;
            const auto at = static_cast<std::size_t>(next[j]++);
            indices[at] = static_cast<Index>(i);
            values[at] = w;
        }
}

}  // namespace

template <storage_scalar Scalar>
std::int64_t count_nonzero(const dense_view<Scalar>& W) {
    std::int64_t count = 0;
    for (const Scalar w : W.values) count += w != Scalar{0} ? 1 : 0;
    return count;
}

bool fits_int32(std::int64_t rows, std::int64_t cols, std::int64_t nnz) {
    return std::max({rows, cols, nnz}) <= std::numeric_limits<std::int32_t>::max();
}

std::size_t sparse_copy_bytes(std::int64_t rows, std::int64_t cols, std::int64_t nnz, std::size_t scalar) {
    const std::size_t index = fits_int32(rows, cols, nnz) ? sizeof(std::int32_t) : sizeof(std::int64_t);
    return static_cast<std::size_t>(nnz) * (scalar + index) + (static_cast<std::size_t>(rows) + 1) * index;
}

bool worth_sparse_copy(std::int64_t rows, std::int64_t cols, std::int64_t nnz) {
    const std::int64_t entries = rows * cols;
    return entries >= least_dense_entries && static_cast<double>(nnz) <= most_dense * static_cast<double>(entries);
}

template <storage_scalar Scalar, index_integer Index>
void write_sparse_copy(const dense_view<Scalar>& W, bool transposed, std::span<Index> indptr, std::span<Index> indices,
                       std::span<Scalar> values) {
    if (transposed)
        write_columns(W, indptr, indices, values);
    else
        write_rows(W, indptr, indices, values);
}

template std::int64_t count_nonzero(const dense_view<float>&);
template std::int64_t count_nonzero(const dense_view<double>&);
template void write_sparse_copy(const dense_view<float>&, bool, std::span<std::int32_t>, std::span<std::int32_t>,
                                std::span<float>);
template void write_sparse_copy(const dense_view<float>&, bool, std::span<std::int64_t>, std::span<std::int64_t>,
                                std::span<float>);
template void write_sparse_copy(const dense_view<double>&, bool, std::span<std::int32_t>, std::span<std::int32_t>,
                                std::span<double>);
template void write_sparse_copy(const dense_view<double>&, bool, std::span<std::int64_t>, std::span<std::int64_t>,
                                std::span<double>);

}  // namespace rhochain
