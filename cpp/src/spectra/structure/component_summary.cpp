#include "spectra/structure/component_summary.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "spectra/structure/sign_factors.hpp"
#include "spectra/structure/signature.hpp"
#include "spectra/structure/trace_bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>

namespace rhochain {
namespace {

// More than the entries of a row can lose together by underflow in the normalisation.
constexpr double underflow_guard = 0x1p-1000;

double rounded_up(double sum, std::int64_t terms) { return sum * (1.0 + rounding_gamma(terms + 4)) + underflow_guard; }

// Of a vertex: its component, and its column inside that.
struct column_sum {
    std::int64_t label;
    double sum = 0.0;
    std::int64_t terms = 0;
};

template <class Matrix>
std::vector<component_summary> sums_of_entries(const Matrix& W, double scale, const component_partition& P) {
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
        largest = std::max(largest, rounded_up(row_sum, W.row_end(i) - W.row_begin(i)));
    }
    for (const column_sum& column : columns) {
        component_summary& s = all[static_cast<std::size_t>(column.label)];
        s.bound = std::max(s.bound, rounded_up(column.sum, column.terms));
    }
    for (std::size_t c = 0; c < all.size(); ++c) {
        all[c].component = static_cast<std::int64_t>(c);
        all[c].radius_bound = all[c].bound = std::min(all[c].bound, row_bound[c]);
    }
    return all;
}

}  // namespace

std::vector<component_summary> summarise_components(const linear_map& A, const component_partition& P,
                                                    component_quantity quantity) {
    const stored_entries& W = *A.entries();
    const double scale = std::ldexp(1.0, -A.exponent());
    // Of other quantities traces bound that of a component which is skipped, beside the one that has the maximum.
    const bool with_traces = quantity == component_quantity::radius || P.cyclic.size() > 1;
    std::vector<component_summary> all;
    std::vector<trace_sums> traces;
    std::vector<bool> factorize;  // rho(W) = rho(|W|) only where the signs do
    const std::array<std::function<void()>, 3> passes{
        [&] {
            if (with_traces) traces = sum_traces(W, scale, P);
        },
        [&] { all = W.visit([&](const auto& view) { return sums_of_entries(view, scale, P); }); },
        [&] { factorize = signs_factorize(W, P); }};
    const std::int64_t entries = W.visit([](const auto& view) { return view.nnz(); });
    parallel_for(threads_worth(entries, A.threads(), worth_sharing_memory), std::ssize(passes),
                 [&](std::int64_t k) { passes[static_cast<std::size_t>(k)](); });
    std::vector<component_summary> cyclic;
    std::vector<std::int64_t> undecided;
    for (const std::int64_t c : P.cyclic) {
        component_summary s = all[static_cast<std::size_t>(c)];
        const auto size = static_cast<std::int64_t>(P.members(c).size());
        if (with_traces) {
            const trace_sums& t = traces[static_cast<std::size_t>(c)];
            s.trace_bound = std::min(trace_lower_bound(t, size), s.bound);
            if (size == 2 && t.squared) s.radius_bound = std::min(s.bound, two_by_two_radius(t).upper);
        }
        s.modulus_decides = s.nonnegative || s.entries == size;
        s.signs_factorize = factorize[static_cast<std::size_t>(c)];
        if (!s.modulus_decides && s.signs_factorize) undecided.push_back(c);
        cyclic.push_back(s);
    }
    const std::vector<bool> decides = modulus_decides(W, P, undecided);
    std::size_t next = 0;
    for (component_summary& s : cyclic)
        if (!s.modulus_decides && s.signs_factorize) s.modulus_decides = decides[next++];
    std::stable_sort(cyclic.begin(), cyclic.end(), [](const auto& a, const auto& b) { return a.bound > b.bound; });
    return cyclic;
}

}  // namespace rhochain
