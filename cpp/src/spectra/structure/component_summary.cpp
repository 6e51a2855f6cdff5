#include "spectra/structure/component_summary.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "spectra/structure/sign_factors.hpp"
#include "spectra/structure/signature.hpp"
#include "spectra/structure/trace_bounds.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

// More than the entries of a row can lose together by underflow in the normalisation.
constexpr double underflow_guard = 0x1p-1000;

double rounded_up(double sum, std::int64_t terms) { return sum * (1.0 + rounding_gamma(terms + 4)) + underflow_guard; }

template <class Matrix>
std::vector<component_summary> sums_of_entries(const Matrix& W, double scale, const component_partition& P) {
    std::vector<component_summary> all(static_cast<std::size_t>(P.count));
    std::vector<double> row_bound(all.size(), 0.0);
    std::vector<double> column_sums(P.labels.size(), 0.0);
    std::vector<std::int64_t> column_terms(P.labels.size(), 0);
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        const std::int64_t label = P.labels[static_cast<std::size_t>(i)];
        component_summary& s = all[static_cast<std::size_t>(label)];
        double row_sum = 0.0;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const auto j = static_cast<std::size_t>(W.column(p));
            if (P.labels[j] != label || W.value(p) == 0) continue;
            const double w = std::abs(W.value(p) * scale);
            row_sum += w;
            column_sums[j] += w;
            ++column_terms[j];
            ++s.entries;
            s.nonnegative &= W.value(p) > 0;
        }
        auto& largest = row_bound[static_cast<std::size_t>(label)];
        largest = std::max(largest, rounded_up(row_sum, W.row_end(i) - W.row_begin(i)));
    }
    for (std::size_t j = 0; j < P.labels.size(); ++j) {
        component_summary& s = all[static_cast<std::size_t>(P.labels[j])];
        s.bound = std::max(s.bound, rounded_up(column_sums[j], column_terms[j]));
    }
    for (std::size_t c = 0; c < all.size(); ++c) {
        all[c].component = static_cast<std::int64_t>(c);
        all[c].radius_bound = all[c].bound = std::min(all[c].bound, row_bound[c]);
    }
    return all;
}

}  // namespace

std::vector<component_summary> summarise_components(const stored_entries& W, double scale,
                                                    const component_partition& P) {
    const auto all = W.visit([&](const auto& view) { return sums_of_entries(view, scale, P); });
    const auto traces = sum_traces(W, scale, P);
    // rho(W) = rho(|W|) only where the signs factorize.
    const std::vector<bool> factorize = signs_factorize(W, P);
    std::vector<component_summary> cyclic;
    std::vector<std::int64_t> undecided;
    for (const std::int64_t c : P.cyclic) {
        component_summary s = all[static_cast<std::size_t>(c)];
        const trace_sums& t = traces[static_cast<std::size_t>(c)];
        const auto size = static_cast<std::int64_t>(P.members(c).size());
        s.trace_bound = std::min(trace_lower_bound(t, size), s.bound);
        if (size == 2 && t.squared) s.radius_bound = std::min(s.bound, two_by_two_radius(t).upper);
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
