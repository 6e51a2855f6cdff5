#include "spectra/structure/entry_sums.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "spectra/structure/on_first_rank.hpp"
#include "spectra/structure/sign_factors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <span>
#include <utility>

namespace rhochain {
namespace {

// More than the entries of a row can lose together by underflow in the normalisation.
constexpr double underflow_guard = 0x1p-1000;

double bound_of_line(double sum, std::int64_t terms) {
    return sum * (1.0 + rounding_gamma(terms + 4)) + underflow_guard;
}

double scale_of(const linear_map& A) { return std::ldexp(1.0, -A.exponent()); }

void number(std::vector<component_summary>& all, const std::vector<double>& row_bound) {
    for (std::size_t c = 0; c < all.size(); ++c) {
        all[c].component = static_cast<std::int64_t>(c);
        all[c].radius_bound = all[c].bound = std::min(all[c].bound, row_bound[c]);
    }
}

// Of a vertex: its component, and its column inside that.
struct column_sum {
    std::int64_t label;
    double sum = 0.0;
    std::int64_t terms = 0;
};

template <class Matrix>
std::vector<component_summary> sums_of_lines(const Matrix& W, double scale, const component_partition& P) {
    std::vector<component_summary> all(static_cast<std::size_t>(P.count));
    std::vector<double> row_bound(all.size(), 0.0);
    std::vector<column_sum> columns;
    columns.reserve(P.labels.size());
    for (const std::int64_t label : P.labels) columns.push_back({label});
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        const std::int64_t label = P.labels[static_cast<std::size_t>(i)];
        double row_sum = 0.0;
        std::int64_t entries = 0;
        bool nonnegative = true;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            column_sum& column = columns[static_cast<std::size_t>(W.column(p))];
            if (column.label != label || W.value(p) == 0) continue;
            const double w = std::abs(W.value(p) * scale);
            row_sum += w;
            column.sum += w;
            ++column.terms;
            ++entries;
            nonnegative &= W.value(p) > 0;
        }
        component_summary& s = all[static_cast<std::size_t>(label)];
        s.entries += entries;
        s.nonnegative &= nonnegative;
        auto& largest = row_bound[static_cast<std::size_t>(label)];
        largest = std::max(largest, bound_of_line(row_sum, W.row_end(i) - W.row_begin(i)));
    }
    for (const column_sum& column : columns) {
        component_summary& s = all[static_cast<std::size_t>(column.label)];
        s.bound = std::max(s.bound, bound_of_line(column.sum, column.terms));
    }
    number(all, row_bound);
    return all;
}

// Of a row or column inside its component.
struct line {
    double bound = 0.0;
    std::int64_t entries = 0;
    bool nonnegative = true;
};

// Of the rows first, first + 1, ..
template <class Matrix>
std::vector<line> lines_of(const Matrix& W, std::int64_t first, double scale, std::span<const std::int64_t> labels,
                           bool stored_terms) {
    std::vector<line> lines;
    for (std::int64_t row = 0; row < W.rows(); ++row) {
        const std::int64_t label = labels[static_cast<std::size_t>(first + row)];
        double sum = 0.0;
        line found;
        for (std::int64_t p = W.row_begin(row); p < W.row_end(row); ++p) {
            if (labels[static_cast<std::size_t>(W.column(p))] != label || W.value(p) == 0) continue;
            sum += std::abs(W.value(p) * scale);
            ++found.entries;
            found.nonnegative &= W.value(p) > 0;
        }
        found.bound = bound_of_line(sum, stored_terms ? W.row_end(row) - W.row_begin(row) : found.entries);
        lines.push_back(found);
    }
    return lines;
}

// What the rows and columns of a rank tell.
struct lines_of_rank {
    std::vector<line> rows;
    std::vector<line> columns;
    std::vector<row_trace> traces;
};

// (*) In the first rank add(label, x) for x of each vertex in turn.
template <class Item, class Number, class Add>
void over_vertices(const space& S, std::span<const std::int64_t> labels, const std::vector<Item>& own,
                   const Number& number_of, const Add& add) {
    std::vector<double> numbers(own.size());
    std::transform(own.begin(), own.end(), numbers.begin(), number_of);
    const std::vector<double> all = S.assembled(numbers);
    if (S.rank() > 0) return;
    for (std::size_t i = 0; i < all.size(); ++i) add(static_cast<std::size_t>(labels[i]), all[i]);
}

// (*)
std::vector<component_summary> gathered_lines(const space& S, std::span<const std::int64_t> labels, std::int64_t count,
                                              const lines_of_rank& own) {
    std::vector<component_summary> all(static_cast<std::size_t>(count));
    std::vector<double> row_bound(all.size(), 0.0);
    const auto bound = [](const line& x) { return x.bound; };
    over_vertices(S, labels, own.rows, bound,
                  [&](std::size_t c, double x) { row_bound[c] = std::max(row_bound[c], x); });
    over_vertices(S, labels, own.columns, bound,
                  [&](std::size_t c, double x) { all[c].bound = std::max(all[c].bound, x); });
    over_vertices(
        S, labels, own.rows, [](const line& x) { return static_cast<double>(x.nonnegative ? x.entries : -x.entries); },
        [&](std::size_t c, double x) {
            all[c].entries += static_cast<std::int64_t>(std::abs(x));
            all[c].nonnegative &= x >= 0.0;
        });
    number(all, row_bound);
    return all;
}

// (*)
std::vector<trace_sums> gathered_traces(const space& S, std::span<const std::int64_t> labels, std::int64_t count,
                                        const std::vector<row_trace>& own, bool squared) {
    std::vector<trace_sums> all(static_cast<std::size_t>(count));
    for (trace_sums& s : all) s.squared = squared;
    for (const auto& [of_row, of_component] : {std::pair{&row_trace::trace, &trace_sums::trace},
                                               {&row_trace::trace_terms, &trace_sums::trace_terms},
                                               {&row_trace::square, &trace_sums::square},
                                               {&row_trace::square_terms, &trace_sums::square_terms}})
        over_vertices(
            S, labels, own, [&](const row_trace& row) { return row.*of_row; },
            [&](std::size_t c, double x) { all[c].*of_component += x; });
    over_vertices(
        S, labels, own, [](const row_trace& row) { return static_cast<double>(row.count); },
        [&](std::size_t c, double x) { all[c].count += static_cast<std::int64_t>(x); });
    return all;
}

}  // namespace

bool needs_traces(const component_partition& P, component_quantity quantity) {
    return quantity == component_quantity::radius || P.cyclic.size() > 1;
}

entry_sums sums_of_entries(const linear_map& A, const component_partition& P, component_quantity quantity) {
    const stored_entries& W = *A.entries();
    entry_sums sums;
    const std::array<std::function<void()>, 3> passes{
        [&] {
            if (needs_traces(P, quantity)) sums.traces = sum_traces(W, scale_of(A), P);
        },
        [&] { sums.lines = W.visit([&](const auto& view) { return sums_of_lines(view, scale_of(A), P); }); },
        [&] { sums.signs_factorize = signs_factorize(W, P); }};
    const std::int64_t entries = W.visit([](const auto& view) { return view.nnz(); });
    parallel_for(threads_worth(entries, A.threads(), worth_sharing_memory), std::ssize(passes),
                 [&](std::int64_t k) { passes[static_cast<std::size_t>(k)](); });
    return sums;
}

entry_sums sums_of_ranks(const linear_map& A, const std::optional<linear_map>& whole, const component_partition& P,
                         component_quantity quantity) {
    const space& S = A.domain();
    std::vector<std::int64_t> labels = P.labels;
    std::int64_t count = P.count;
    bool traces = false;
    on_first_rank(
        S, [&] { traces = needs_traces(P, quantity); },
        [&](state_archive& s) {
            s(count);
            s(traces);
            s.list(labels, std::int64_t{0}, 1, [&](std::int64_t& i) { s(i); });
        });
    const stored_entries rows = *A.own_rows(), columns = *A.own_columns();
    bool sorted = true, rows_agree = true, columns_agree = true;
    lines_of_rank own;
    const auto first = S.first();
    S.attempt([&] {
        const double scale = scale_of(A);
        rows.visit([&](const auto& view) { own.rows = lines_of(view, first, scale, labels, true); });
        columns.visit([&](const auto& view) { own.columns = lines_of(view, first, scale, labels, false); });
        rows_agree = rows_have_one_sign(rows);
        columns_agree = rows_have_one_sign(columns);
        sorted = has_sorted_rows(rows);
    });
    sorted = !S.any(!sorted);
    rows_agree = !S.any(!rows_agree);
    columns_agree = !S.any(!columns_agree);
    if (traces) S.attempt([&] { own.traces = traces_of_rows(rows, columns, first, scale_of(A), labels, sorted); });
    entry_sums sums;
    sums.lines = gathered_lines(S, labels, count, own);
    if (traces) sums.traces = gathered_traces(S, labels, count, own.traces, sorted);
    on_first_rank(
        S,
        [&] {
            const bool agree = rows_agree || columns_agree;
            sums.signs_factorize = agree ? std::vector<bool>(static_cast<std::size_t>(count), true)
                                         : signs_factorize(*whole->entries(), P);
        },
        [](state_archive&) {});
    return sums;
}

}  // namespace rhochain
