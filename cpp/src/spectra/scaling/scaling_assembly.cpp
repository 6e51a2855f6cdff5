#include "spectra/scaling/scaling_assembly.hpp"
#include "storage/position.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhochain {
namespace {

// Calls body(i, j, |w|) for the nonzero entries of row i.
template <class Matrix, class Body>
void over_row(const Matrix& W, double scale, std::int64_t i, const Body& body) {
    for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
        const double w = W.value(p);
        if (w != 0.0) body(static_cast<std::int64_t>(W.column(p)), std::abs(w * scale));
    }
}

// The scaling that makes all weights of a cycle equal, if every member has one successor inside the component.
template <class Matrix>
void scale_cycle(const Matrix& W, double scale, const component_partition& P, std::int64_t c, std::vector<double>& d) {
    const auto members = P.members(c);
    struct edge {
        std::int64_t to = 0;
        double weight = 0.0;
        std::int64_t count = 0;
    };
    const auto successor = [&](std::int64_t i) {
        edge next;
        over_row(W, scale, i, [&](std::int64_t j, double w) {
            if (P.labels[at(j)] == c) next = {j, w, next.count + 1};
        });
        return next;
    };
    double mean = 0.0;
    for (const std::int64_t i : members) {
        const edge next = successor(i);
        if (next.count != 1 || !(next.weight > 0.0)) return;
        mean += std::log(next.weight) / static_cast<double>(members.size());
    }
    std::int64_t i = members.front();
    double log_D = 0.0;
    do {
        d[at(i)] = log_D;
        const edge next = successor(i);
        log_D += std::log(next.weight) - mean;
        i = next.to;
    } while (i != members.front());
}

void centre(const component_partition& P, std::vector<double>& d) {
    for (const std::int64_t c : P.cyclic) {
        const auto members = P.members(c);
        double low = std::numeric_limits<double>::infinity();
        double high = -low;
        for (const std::int64_t i : members) {
            low = std::min(low, d[at(i)]);
            high = std::max(high, d[at(i)]);
        }
        for (const std::int64_t i : members) d[at(i)] -= 0.5 * (low + high);
    }
}

// An edge never leads to a larger label: one sweep over rising labels finds the longest path out of each component.
template <class Matrix>
std::vector<std::int64_t> levels(const Matrix& W, const component_partition& P) {
    std::vector<std::int64_t> level(at(P.count), 0);
    for (std::int64_t c = 0; c < P.count; ++c)
        for (const std::int64_t i : P.members(c))
            over_row(W, 1.0, i, [&](std::int64_t j, double) {
                const std::int64_t to = P.labels[at(j)];
                if (to != c) level[at(c)] = std::max(level[at(c)], level[at(to)] + 1);
            });
    return level;
}

// Bounds the relative error of exp(ln w + d_i - d_j - unit): |ln w| < 745 and |unit| < 745 + 2 max |d| round the
// exponent by less than 2^-41 + 2^-50 max |d|.
double exponent_rounding(const std::vector<double>& d) { return 0x1p-40 + 0x1p-49 * max_abs(d); }

// The largest ln |b_ij| of the entries of D W D^-1 that `chosen` selects, -inf if there are none.
template <class Matrix, class Chosen>
double log_largest(const Matrix& W, double scale, const std::vector<double>& d, const Chosen& chosen) {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::int64_t i = 0; i < W.rows(); ++i)
        over_row(W, scale, i, [&](std::int64_t j, double w) {
            if (chosen(i, j)) largest = std::max(largest, std::log(w) + (d[at(i)] - d[at(j)]));
        });
    return largest;
}

// e^-unit sqrt(||M||_1 ||M||_inf), rounded up, for the entries of D W D^-1 that `chosen` selects.
template <class Matrix, class Chosen>
double norm_of(const Matrix& W, double scale, const std::vector<double>& d, double unit, const Chosen& chosen) {
    // Entries by logarithms: neither e^d nor a product with it need be in range. An entry that underflows counts as the
    // least number.
    constexpr double least = std::numeric_limits<double>::denorm_min();
    std::vector<double> columns(d.size(), 0.0);
    double largest_row = 0.0;
    std::int64_t terms = 8;
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        double row = 0.0;
        over_row(W, scale, i, [&](std::int64_t j, double w) {
            if (!chosen(i, j)) return;
            const double b = std::exp(std::log(w) + (d[at(i)] - d[at(j)]) - unit) + least;
            row += b;
            columns[at(j)] += b;
        });
        terms = std::max(terms, W.row_end(i) - W.row_begin(i));
        largest_row = std::max(largest_row, row);
    }
    const double largest_column = columns.empty() ? 0.0 : *std::max_element(columns.begin(), columns.end());
    const double rounding = rounding_gamma(std::max(terms, W.rows())) + exponent_rounding(d);
    return std::sqrt(largest_row) * std::sqrt(largest_column) * (1.0 + rounding);
}

template <class Matrix>
assembled_norms assemble(const Matrix& W, int exponent, const component_partition& P, double slack,
                         component_scalings& scalings) {
    std::vector<double>& d = scalings.d;
    const double scale = std::ldexp(1.0, -exponent);
    for (const std::int64_t c : P.cyclic)
        if (!scalings.solved[at(c)]) scale_cycle(W, scale, P, c, d);
    const double left_out = norm_of(W, scale, d, 0.0, [&](std::int64_t i, std::int64_t j) {
        const std::int64_t c = P.labels[at(i)];
        return c == P.labels[at(j)] && !scalings.solved[at(c)];
    });
    if (P.count == 1) return {left_out, 0.0, 0.0};
    double reach = max_abs(d);
    centre(P, d);
    reach = std::max(reach, max_abs(d));
    const auto joins = [&](std::int64_t i, std::int64_t j) { return P.labels[at(i)] != P.labels[at(j)]; };
    const double top = log_largest(W, scale, d, joins);
    if (!std::isfinite(top)) return {left_out, 0.0, 0x1p-50 * reach};
    // Logarithms throughout: a quotient between / slack may leave the range of float64.
    const double log_between = top + std::log(norm_of(W, scale, d, top, joins));
    const double t = std::max(0.0, log_between - std::log(std::max(slack, std::numeric_limits<double>::denorm_min())));
    const std::vector<std::int64_t> level = levels(W, P);
    for (std::size_t i = 0; i < d.size(); ++i) {
        const double shift = t * static_cast<double>(level[at(P.labels[i])]);
        d[i] -= shift;
        reach = std::max({reach, shift, std::abs(d[i])});
    }
    // log_between and its difference to t round by a unit of their size, at most 2^-50 (reach + 1000) together.
    const double difference = 0x1p-49 * (reach + std::abs(log_between) + 1000.0);
    return {left_out, std::exp(log_between - t) * (1.0 + difference), 0x1p-50 * reach};
}

}  // namespace

assembled_norms assemble_scaling(const stored_entries& W, int exponent, const component_partition& P, double slack,
                                 component_scalings& scalings) {
    return W.visit([&](const auto& view) { return assemble(view, exponent, P, slack, scalings); });
}

}  // namespace rhochain
