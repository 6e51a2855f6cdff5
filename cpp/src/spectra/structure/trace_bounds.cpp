#include "spectra/structure/trace_bounds.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <variant>
#include <vector>

namespace rhochain {
namespace {

// More than all products and entries can lose together by underflow.
constexpr double trace_underflow = 0x1p-1000;
constexpr double down = 1.0 - 0x1p-50;
constexpr double up = 1.0 + 0x1p-50;

// W(i, j) or 0 of sorted rows, for columns j that rise from call to call: each row is read once.
template <class Matrix>
class entries_of_rising_columns;

template <storage_scalar Scalar, index_integer Index>
class entries_of_rising_columns<csr_view<Scalar, Index>> {
public:
    explicit entries_of_rising_columns(const csr_view<Scalar, Index>& W)
        : W_(W), next_(W.indptr.begin(), W.indptr.end()) {}

    double operator()(std::int64_t i, std::int64_t j) {
        Index& p = next_[static_cast<std::size_t>(i)];
        while (p < W_.row_end(i) && W_.column(p) < j) ++p;
        return p < W_.row_end(i) && W_.column(p) == j ? W_.value(p) : 0.0;
    }

private:
    const csr_view<Scalar, Index>& W_;
    std::vector<Index> next_;
};

template <storage_scalar Scalar>
class entries_of_rising_columns<dense_view<Scalar>> {
public:
    explicit entries_of_rising_columns(const dense_view<Scalar>& W) : W_(W) {}

    double operator()(std::int64_t i, std::int64_t j) const { return W_.value(i * W_.cols() + j); }

private:
    const dense_view<Scalar>& W_;
};

template <class Matrix>
bool rows_are_sorted(const Matrix& W) {
    for (std::int64_t i = 0; i < W.rows(); ++i)
        for (std::int64_t p = W.row_begin(i) + 1; p < W.row_end(i); ++p)
            if (W.column(p) <= W.column(p - 1)) return false;
    return true;
}

double rounding_of(double terms, std::int64_t count) {
    return terms * rounding_gamma(count + 2) * up + trace_underflow;
}

// An entry times a power of two is exact unless the product is subnormal.
double single_entry_lower(double magnitude) {
    if (magnitude >= std::numeric_limits<double>::min()) return magnitude;
    return std::max(0.0, magnitude - std::numeric_limits<double>::denorm_min());
}

// Row i up to the diagonal. opposite(j, i) is W(j, i), of rising j < i; null: tr W alone.
template <class Matrix, class Opposite>
row_trace trace_of_row(const Matrix& W, std::int64_t row, std::int64_t i, double scale,
                       std::span<const std::int64_t> labels, Opposite* opposite) {
    const std::int64_t label = labels[static_cast<std::size_t>(i)];
    row_trace s;
    for (std::int64_t p = W.row_begin(row); p < W.row_end(row); ++p) {
        const std::int64_t j = W.column(p);
        if (j > i && opposite != nullptr) break;
        if (j > i || labels[static_cast<std::size_t>(j)] != label) continue;
        const double w = scale * W.value(p);
        if (j == i) {
            s.trace += w;
            s.trace_terms += std::abs(w);
        }
        if (opposite == nullptr) continue;
        const double term = w * (j == i ? w : 2.0 * scale * (*opposite)(j, i));
        s.square += term;
        s.square_terms += std::abs(term);
        ++s.count;
    }
    return s;
}

// W(j, i) from column i, which is row `row` of `columns`.
template <class Columns>
class entries_of_column {
public:
    entries_of_column(const Columns& columns, std::int64_t row)
        : columns_(columns), next_(columns.row_begin(row)), end_(columns.row_end(row)) {}

    double operator()(std::int64_t j, std::int64_t) {
        while (next_ < end_ && columns_.column(next_) < j) ++next_;
        return next_ < end_ && columns_.column(next_) == j ? columns_.value(next_) : 0.0;
    }

private:
    const Columns& columns_;
    std::int64_t next_, end_;
};

template <class Matrix>
std::vector<trace_sums> sums_of(const Matrix& W, double scale, const component_partition& P) {
    std::vector<trace_sums> all(static_cast<std::size_t>(P.count));
    const bool squared = rows_are_sorted(W);
    entries_of_rising_columns<Matrix> entries(W);
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        trace_sums& s = all[static_cast<std::size_t>(P.labels[static_cast<std::size_t>(i)])];
        s.squared = squared;
        add(s, trace_of_row(W, i, i, scale, P.labels, squared ? &entries : nullptr));
    }
    return all;
}

}  // namespace

std::vector<trace_sums> sum_traces(const stored_entries& W, double scale, const component_partition& P) {
    return W.visit([&](const auto& view) { return sums_of(view, scale, P); });
}

void add(trace_sums& sums, const row_trace& row) {
    sums.trace += row.trace;
    sums.trace_terms += row.trace_terms;
    sums.square += row.square;
    sums.square_terms += row.square_terms;
    sums.count += row.count;
}

bool has_sorted_rows(const stored_entries& W) {
    return W.visit([](const auto& view) { return rows_are_sorted(view); });
}

std::vector<row_trace> traces_of_rows(const stored_entries& rows, const stored_entries& columns, std::int64_t first,
                                      double scale, std::span<const std::int64_t> labels, bool squared) {
    std::vector<row_trace> traces;
    rows.visit([&](const auto& W) {
        const auto& V = std::get<std::remove_cvref_t<decltype(W)>>(columns.view);
        for (std::int64_t row = 0; row < W.rows(); ++row) {
            entries_of_column opposite(V, row);
            traces.push_back(trace_of_row(W, row, first + row, scale, labels, squared ? &opposite : nullptr));
        }
    });
    return traces;
}

double trace_lower_bound(const trace_sums& s, std::int64_t n) {
    if (n == 1) return single_entry_lower(std::abs(s.trace));
    const auto size = static_cast<double>(n);
    const std::int64_t diagonal = std::max(s.count, n);
    const double first = (std::abs(s.trace) - rounding_of(s.trace_terms, diagonal)) / size * down;
    const double second = (std::abs(s.square) - rounding_of(s.square_terms, s.count)) / size * down;
    return std::max({0.0, first, s.squared && second > 0.0 ? std::sqrt(second) * down : 0.0});
}

radius_interval two_by_two_radius(const trace_sums& s) {
    const double t = 0.5 * std::abs(s.trace);
    const double t_error = rounding_of(s.trace_terms, 2);
    const double q = 0.5 * s.square - t * t;
    const double magnitude = s.square_terms + t * t;
    const double q_error = rounding_of(magnitude, 8) + 2.0 * t * t_error + t_error * t_error;
    const double q_low = q - q_error;
    const double q_high = q + q_error;
    radius_interval r{std::numeric_limits<double>::infinity(), 0.0};
    if (q_high >= 0.0) {
        r.upper = (t + t_error + std::sqrt(q_high)) * up;
        r.lower = std::max(0.0, (t - t_error + std::sqrt(std::max(0.0, q_low)))) * down;
    }
    if (q_low < 0.0) {
        // A complex pair: rho^2 = t^2 - q.
        const double determinant_error = q_error + rounding_of(magnitude, 8) + 2.0 * t * t_error + t_error * t_error;
        const double square = t * t - q;
        r.upper = std::max(r.upper, std::sqrt(std::max(0.0, square + determinant_error)) * up);
        r.lower = std::min(r.lower, std::sqrt(std::max(0.0, square - determinant_error)) * down);
    }
    return r;
}

}  // namespace rhochain
