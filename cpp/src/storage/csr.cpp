#include <rhochain/storage/csr.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rhochain {
namespace {

[[noreturn]] void reject(const std::string& array, const std::string& came, const std::string& expected) {
    throw std::invalid_argument(array + ": got " + came + ", expected " + expected);
}

std::string at(std::int64_t position) { return " at position " + std::to_string(position); }

template <class Index>
void check_size(const char* name, std::int64_t extent) {
    if (extent < 0) reject(name, std::to_string(extent), "a size of at least 0");
    if (extent > static_cast<std::int64_t>(std::numeric_limits<Index>::max()))
        reject(name, std::to_string(extent), "a size that the index type holds");
}

template <class Scalar, class Index>
void sort_row(csr<Scalar, Index>& W, std::size_t begin, std::size_t end,
              std::vector<std::pair<Index, Scalar>>& scratch) {
    scratch.clear();
    for (std::size_t p = begin; p < end; ++p) scratch.emplace_back(W.indices[p], W.values[p]);
    std::stable_sort(scratch.begin(), scratch.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t p = begin; p < end; ++p) std::tie(W.indices[p], W.values[p]) = scratch[p - begin];
}

template <class Index>
bool all_below(std::span<const Index> indices, std::int64_t cols) {
    using natural = std::make_unsigned_t<Index>;
    natural largest = 0;
    for (const Index j : indices) largest = std::max(largest, static_cast<natural>(j));
    return indices.empty() || largest < static_cast<std::uint64_t>(cols);
}

// 0 v is NaN for a v that is not finite, and 0 otherwise.
template <class Scalar>
bool all_finite(std::span<const Scalar> values) {
    std::array<Scalar, 8> sums{};
    std::size_t p = 0;
    for (; p + sums.size() <= values.size(); p += sums.size())
        for (std::size_t l = 0; l < sums.size(); ++l) sums[l] += 0 * values[p + l];
    for (; p < values.size(); ++p) sums[0] += 0 * values[p];
    return std::all_of(sums.begin(), sums.end(), [](Scalar sum) { return sum == 0; });
}

// Rows whose columns rise have descents only from one row to the next.
template <class Scalar, class Index>
bool all_rows_rise(const csr_view<Scalar, Index>& W) {
    std::int64_t descents = 0;
    for (std::size_t p = 1; p < W.indices.size(); ++p) descents += W.indices[p] <= W.indices[p - 1];
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        const std::int64_t p = W.row_begin(i);
        descents -= p > 0 && p < W.row_end(i) && W.column(p) <= W.column(p - 1);
    }
    return descents == 0;
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
void validate(const csr_view<Scalar, Index>& W) {
    check_size<Index>("rows", W.n_rows);
    check_size<Index>("cols", W.n_cols);
    const auto length = static_cast<std::int64_t>(W.indptr.size());
    if (length != W.n_rows + 1)
        reject("indptr", "length " + std::to_string(length), "rows + 1 = " + std::to_string(W.n_rows + 1));
    if (W.indices.size() != W.values.size())
        reject("indices", "length " + std::to_string(W.indices.size()),
               "as many as values, " + std::to_string(W.values.size()));
    if (W.indptr.front() != 0) reject("indptr", std::to_string(W.indptr.front()) + at(0), "0");
    for (std::int64_t i = 0; i < W.n_rows; ++i)
        if (W.row_end(i) < W.row_begin(i))
            reject("indptr", std::to_string(W.row_end(i)) + at(i + 1),
                   "at least its predecessor " + std::to_string(W.row_begin(i)));
    if (static_cast<std::int64_t>(W.indptr.back()) != W.nnz())
        reject("indptr", std::to_string(W.indptr.back()) + at(W.n_rows),
               "the number of values, " + std::to_string(W.nnz()));
    // Whether all is well first, without a branch for each entry.
    if (!all_below(W.indices, W.n_cols))
        for (std::int64_t p = 0; p < W.nnz(); ++p)
            if (W.column(p) < 0 || W.column(p) >= W.n_cols)
                reject("indices", std::to_string(W.column(p)) + at(p),
                       "0 <= index < cols = " + std::to_string(W.n_cols));
    if (!all_finite(W.values))
        for (std::int64_t p = 0; p < W.nnz(); ++p)
            if (!std::isfinite(W.value(p))) reject("values", std::to_string(W.value(p)) + at(p), "a finite number");
}

template <storage_scalar Scalar, index_integer Index>
bool has_duplicates(const csr_view<Scalar, Index>& W) {
    if (all_rows_rise(W)) return false;
    std::vector<std::int64_t> last_row;
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        bool rising = true;
        for (std::int64_t p = W.row_begin(i) + 1; p < W.row_end(i); ++p) rising &= W.column(p) > W.column(p - 1);
        if (rising) continue;
        if (last_row.empty()) last_row.assign(static_cast<std::size_t>(W.cols()), -1);
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            auto& seen = last_row[static_cast<std::size_t>(W.column(p))];
            if (seen == i) return true;
            seen = i;
        }
    }
    return false;
}

template <storage_scalar Scalar, index_integer Index>
csr<Scalar, Index> canonical(const csr_view<Scalar, Index>& W) {
    csr<Scalar, Index> result{W.n_rows,
                              W.n_cols,
                              {W.indptr.begin(), W.indptr.end()},
                              {W.indices.begin(), W.indices.end()},
                              {W.values.begin(), W.values.end()}};
    std::vector<std::pair<Index, Scalar>> scratch;
    std::size_t write = 0;
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        const auto begin = static_cast<std::size_t>(W.row_begin(i));
        const auto end = static_cast<std::size_t>(W.row_end(i));
        sort_row(result, begin, end, scratch);
        const std::size_t first = write;
        for (std::size_t p = begin; p < end; ++p) {
            if (write > first && result.indices[write - 1] == result.indices[p]) {
                result.values[write - 1] += result.values[p];
                if (!std::isfinite(result.values[write - 1]))
                    reject("values", "a sum of duplicates that overflows in row " + std::to_string(i), "a finite sum");
            } else {
                result.indices[write] = result.indices[p];
                result.values[write++] = result.values[p];
            }
        }
        result.indptr[static_cast<std::size_t>(i)] = static_cast<Index>(first);
    }
    result.indptr.back() = static_cast<Index>(write);
    result.indices.resize(write);
    result.values.resize(write);
    return result;
}

template <storage_scalar Scalar, index_integer Index>
csr<Scalar, Index> transpose(const csr_view<Scalar, Index>& W) {
    csr<Scalar, Index> T{W.n_cols, W.n_rows, {}, {}, {}};
    T.indptr.assign(static_cast<std::size_t>(W.cols()) + 1, 0);
    T.indices.resize(W.indices.size());
    T.values.resize(W.values.size());
    for (const Index j : W.indices) ++T.indptr[static_cast<std::size_t>(j) + 1];
    std::partial_sum(T.indptr.begin(), T.indptr.end(), T.indptr.begin());
    std::vector<Index> next(T.indptr.begin(), T.indptr.end() - 1);
    for (std::int64_t i = 0; i < W.rows(); ++i)
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const auto q = static_cast<std::size_t>(next[static_cast<std::size_t>(W.column(p))]++);
            T.indices[q] = static_cast<Index>(i);
            T.values[q] = W.value(p);
        }
    return T;
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                \
    template void validate(const csr_view<Scalar, Index>&);                \
    template bool has_duplicates(const csr_view<Scalar, Index>&);          \
    template csr<Scalar, Index> canonical(const csr_view<Scalar, Index>&); \
    template csr<Scalar, Index> transpose(const csr_view<Scalar, Index>&);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
