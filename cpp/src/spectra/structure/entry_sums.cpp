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

// With `bound` that of columns before.
void take_least_bounds(std::vector<component_summary>& all, const std::vector<double>& row_bound) {
    for (std::size_t c = 0; c < all.size(); ++c) {
        all[c].component = static_cast<std::int64_t>(c);
        all[c].radius_bound = all[c].bound = std::min(all[c].bound, row_bound[c]);
    }
}

// Of a row or column inside its component.
struct line {
    double sum = 0.0;  // of |w|
    std::int64_t entries = 0;
    bool nonnegative = true;
};

// Calls also(j, |w|) for the entries of the row whose column j is inside.
template <class Matrix, class Inside, class Also>
line line_of(const Matrix& W, std::int64_t row, double scale, const Inside& inside, const Also& also) {
    line found;
    for (std::int64_t p = W.row_begin(row); p < W.row_end(row); ++p) {
        const auto j = static_cast<std::size_t>(W.column(p));
        if (!inside(j) || W.value(p) == 0) continue;
        const double w = std::abs(W.value(p) * scale);
        found.sum += w;
        ++found.entries;
        found.nonnegative &= W.value(p) > 0;
        also(j, w);
    }
    return found;
}

template <class Matrix>
std::int64_t stored_terms(const Matrix& W, std::int64_t row) {
    return W.row_end(row) - W.row_begin(row);
}

// Of a vertex: its component, and its column inside that.
struct column_sum {
    std::int64_t label;
    double sum = 0.0;
    std::int64_t terms = 0;
};

// One sweep for rows and columns.
template <class Matrix>
std::vector<component_summary> sums_of_lines(const Matrix& W, double scale, const component_partition& P) {
    std::vector<component_summary> all(static_cast<std::size_t>(P.count));
    std::vector<double> row_bound(all.size(), 0.0);
    std::vector<column_sum> columns;
    columns.reserve(P.labels.size());
    for (const std::int64_t label : P.labels) columns.push_back({label});
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        const std::int64_t label = P.labels[static_cast<std::size_t>(i)];
        const line row = line_of(
            W, i, scale, [&](std::size_t j) { return columns[j].label == label; },
            [&](std::size_t j, double w) {
                columns[j].sum += w;
                ++columns[j].terms;
            });
        const auto c = static_cast<std::size_t>(label);
        all[c].entries += row.entries;
        all[c].nonnegative &= row.nonnegative;
        row_bound[c] = std::max(row_bound[c], bound_of_line(row.sum, stored_terms(W, i)));
    }
    for (const column_sum& column : columns) {
        component_summary& s = all[static_cast<std::size_t>(column.label)];
        s.bound = std::max(s.bound, bound_of_line(column.sum, column.terms));
    }
    take_least_bounds(all, row_bound);
    return all;
}

// What the rows and columns of a rank tell, of each of its vertices.
struct lines_of_rank {
    std::vector<line> rows;
    std::vector<double> row_bounds;
    std::vector<double> column_bounds;
};

lines_of_rank lines_of(const stored_entries& rows, const stored_entries& columns, std::int64_t first, double scale,
                       std::span<const std::int64_t> labels) {
    lines_of_rank own;
    const auto over = [&](const stored_entries& lines, const auto& take) {
        lines.visit([&](const auto& view) {
            for (std::int64_t row = 0; row < view.rows(); ++row) {
                const std::int64_t label = labels[static_cast<std::size_t>(first + row)];
                take(line_of(
                         view, row, scale, [&](std::size_t j) { return labels[j] == label; },
                         [](std::size_t, double) {}),
                     stored_terms(view, row));
            }
        });
    };
    over(rows, [&](const line& found, std::int64_t stored) {
        own.rows.push_back(found);
        own.row_bounds.push_back(bound_of_line(found.sum, stored));
    });
    over(columns, [&](const line& found, std::int64_t) {
        own.column_bounds.push_back(bound_of_line(found.sum, found.entries));
    });
    return own;
}

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
    const std::identity itself;
    over_vertices(S, labels, own.row_bounds, itself,
                  [&](std::size_t c, double x) { row_bound[c] = std::max(row_bound[c], x); });
    over_vertices(S, labels, own.column_bounds, itself,
                  [&](std::size_t c, double x) { all[c].bound = std::max(all[c].bound, x); });
    over_vertices(
        S, labels, own.rows, [](const line& x) { return static_cast<double>(x.nonnegative ? x.entries : -x.entries); },
        [&](std::size_t c, double x) {
            all[c].entries += static_cast<std::int64_t>(std::abs(x));
            all[c].nonnegative &= x >= 0.0;
        });
    take_least_bounds(all, row_bound);
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
            S, labels, own, [of = of_row](const row_trace& row) { return row.*of; },
            [&all, of = of_component](std::size_t c, double x) { all[c].*of += x; });
    over_vertices(
        S, labels, own, [](const row_trace& row) { return static_cast<double>(row.count); },
        [&](std::size_t c, double x) { all[c].count += static_cast<std::int64_t>(x); });
    return all;
}

// Traces bound rho(W). Of another quantity they bound that of a component which is skipped, beside the one that has the
// maximum.
bool needs_traces(const component_partition& P, component_quantity quantity) {
    return quantity == component_quantity::radius || P.cyclic.size() > 1;
}

}  // namespace

entry_sums sums_of_entries(const linear_map& A, const component_partition& P, component_quantity quantity) {
    entry_sums sums;
    if (P.cyclic.empty()) return sums;
    const stored_entries& W = *A.entries();
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
    bool acyclic = false, traces = false;
    on_first_rank(
        S,
        [&] {
            acyclic = P.cyclic.empty();
            traces = needs_traces(P, quantity);
        },
        [&](state_archive& s) {
            s(count);
            s(acyclic);
            s(traces);
            s.list(labels, std::int64_t{0}, 1, [&](std::int64_t& i) { s(i); });
        });
    entry_sums sums;
    if (acyclic) return sums;
    const stored_entries rows = *A.own_rows(), columns = *A.own_columns();
    bool sorted = true, rows_agree = true, columns_agree = true;
    lines_of_rank own;
    S.attempt([&] {
        own = lines_of(rows, columns, S.first(), scale_of(A), labels);
        rows_agree = rows_have_one_sign(rows);
        columns_agree = rows_have_one_sign(columns);
        sorted = !traces || (has_sorted_rows(rows) && has_sorted_rows(columns));
    });
    sorted = !S.any(!sorted);
    rows_agree = !S.any(!rows_agree);
    columns_agree = !S.any(!columns_agree);
    sums.lines = gathered_lines(S, labels, count, own);
    if (traces) {
        std::vector<row_trace> of_rows;
        S.attempt([&] { of_rows = traces_of_rows(rows, columns, S.first(), scale_of(A), labels, sorted); });
        sums.traces = gathered_traces(S, labels, count, of_rows, sorted);
    }
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
