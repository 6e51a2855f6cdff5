#include <rhochain/kernels/products/entry_summary.hpp>

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/dense.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace rhochain {
namespace {

// Of the rows begin .. end - 1; count[j] entries other than 0 in column j.
template <class Matrix, class Count>
[[nodiscard]] entry_summary summarise_rows(const Matrix& W, std::int64_t begin, std::int64_t end,
                                           std::vector<Count>& count) {
    entry_summary s;
    s.smallest = std::numeric_limits<double>::infinity();
    count.assign(static_cast<std::size_t>(W.cols()), 0);
    for (std::int64_t i = begin; i < end; ++i) {
        std::int64_t terms = 0;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const double w = W.value(p);
            if (w == 0.0) continue;
            s.largest = std::max(s.largest, std::abs(w));
            s.smallest = std::min(s.smallest, std::abs(w));
            ++terms;
            ++count[static_cast<std::size_t>(W.column(p))];
        }
        s.row_terms = std::max(s.row_terms, terms);
    }
    return s;
}

// The least and the largest |w| of w != 0, 8 running pairs at a time, which the compiler keeps in registers of vectors.
template <class Scalar>
void widen_range(std::span<const Scalar> row, entry_summary& s) {
    constexpr std::size_t lanes = 8;
    constexpr Scalar infinity = std::numeric_limits<Scalar>::infinity();
    std::array<Scalar, lanes> largest{};
    std::array<Scalar, lanes> smallest;
    smallest.fill(infinity);
    const auto take = [&](std::size_t lane, Scalar w) {
        const Scalar a = std::abs(w);
        const Scalar unless_zero = a == 0 ? infinity : a;
        largest[lane] = largest[lane] < a ? a : largest[lane];
        smallest[lane] = unless_zero < smallest[lane] ? unless_zero : smallest[lane];
    };
    std::size_t j = 0;
    for (; j + lanes <= row.size(); j += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) take(lane, row[j + lane]);
    for (; j < row.size(); ++j) take(0, row[j]);
    s.largest = std::max<double>(s.largest, *std::max_element(largest.begin(), largest.end()));
    s.smallest = std::min<double>(s.smallest, *std::min_element(smallest.begin(), smallest.end()));
}

template <class Scalar, class Count>
[[nodiscard]] entry_summary summarise_rows(const dense_view<Scalar>& W, std::int64_t begin, std::int64_t end,
                                           std::vector<Count>& count) {
    entry_summary s;
    s.smallest = std::numeric_limits<double>::infinity();
    const auto columns = static_cast<std::size_t>(W.cols());
    count.assign(columns, 0);
    Count full_rows = 0;
    for (std::int64_t i = begin; i < end; ++i) {
        const auto row = W.values.subspan(static_cast<std::size_t>(W.row_begin(i)), columns);
        Count terms = 0;
        for (const Scalar w : row) terms += w != 0 ? 1 : 0;
        s.row_terms = std::max(s.row_terms, static_cast<std::int64_t>(terms));
        widen_range(row, s);
        if (static_cast<std::size_t>(terms) == columns) {
            ++full_rows;
            continue;
        }
        for (std::size_t j = 0; j < columns; ++j) count[j] += row[j] != 0 ? 1 : 0;
    }
    for (Count& c : count) c += full_rows;
    return s;
}

template <class Count, class Matrix>
[[nodiscard]] entry_summary summarise_parts(const Matrix& W, int threads) {
    // So few parts that their counters take less memory than W.
    constexpr std::int64_t worth_sharing = 1 << 17;
    const std::int64_t most = W.nnz() / std::max<std::int64_t>(2 * W.cols(), worth_sharing);
    const std::int64_t parts = std::clamp<std::int64_t>(most, 1, threads);
    std::vector<entry_summary> own(static_cast<std::size_t>(parts));
    std::vector<std::vector<Count>> counts(own.size());
    parallel_for(threads, parts, [&](std::int64_t part) {
        const auto k = static_cast<std::size_t>(part);
        own[k] = summarise_rows(W, W.rows() * part / parts, W.rows() * (part + 1) / parts, counts[k]);
    });
    entry_summary s = own.front();
    for (const entry_summary& o : own) {
        s.largest = std::max(s.largest, o.largest);
        s.smallest = std::min(s.smallest, o.smallest);
        s.row_terms = std::max(s.row_terms, o.row_terms);
    }
    if (s.largest == 0.0) s.smallest = 0.0;
    for (std::size_t j = 0; j < counts.front().size(); ++j) {
        std::int64_t terms = 0;
        for (const auto& count : counts) terms += static_cast<std::int64_t>(count[j]);
        s.column_terms = std::max(s.column_terms, terms);
    }
    return s;
}

}  // namespace

template <class Matrix>
entry_summary summarise(const Matrix& W, int threads) {
    return std::max(W.rows(), W.cols()) <= std::numeric_limits<std::int32_t>::max()
               ? summarise_parts<std::int32_t>(W, threads)
               : summarise_parts<std::int64_t>(W, threads);
}

template entry_summary summarise(const csr_view<float, std::int32_t>&, int);
template entry_summary summarise(const csr_view<float, std::int64_t>&, int);
template entry_summary summarise(const csr_view<double, std::int32_t>&, int);
template entry_summary summarise(const csr_view<double, std::int64_t>&, int);
template entry_summary summarise(const dense_view<float>&, int);
template entry_summary summarise(const dense_view<double>&, int);

}  // namespace rhochain
