// PROVED bounds of rho from traces of powers: tr W^m is the sum of the m-th powers of n eigenvalues, so
//     rho >= (|tr W^m| / n)^(1/m).
// For every component at once, m = 1 and 2 with tr W^2 = sum_ij w_ij w_ji over its block: O(nnz log row) time, two
// numbers a component. For n = 2 the two traces are the characteristic polynomial: lambda = t +- sqrt(q),
// t = tr W / 2, q = tr W^2 / 2 - t^2, and rho is known up to rounding.
// Computed sums s of m terms err by at most g(m + 2) times the sum of the terms' absolute values.
#pragma once

#include <rhochain/spectra/structure/components.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

struct trace_sums {
    double trace = 0.0;         // tr W
    double trace_terms = 0.0;   // sum |w_ii|
    double square = 0.0;        // tr W^2
    double square_terms = 0.0;  // sum |w_ij w_ji|
    std::int64_t count = 0;     // terms in all
    bool squared = true;        // whether tr W^2 is known, which needs sorted rows
};

// What one row adds: the sums are those of the rows, from the first one on.
struct row_trace {
    double trace = 0.0;
    double trace_terms = 0.0;
    double square = 0.0;
    double square_terms = 0.0;
    std::int64_t count = 0;
};

struct radius_interval {
    double lower = 0.0;
    double upper = 0.0;
};

// Of 2^-e W, `scale` = 2^-e, one for each component.
[[nodiscard]] std::vector<trace_sums> sum_traces(const stored_entries& W, double scale, const component_partition& P);

void add(trace_sums& sums, const row_trace& row);

[[nodiscard]] bool has_sorted_rows(const stored_entries& W);

// Of the rows first, first + 1, .. of a matrix, from their entries and those of the same columns, whose rows are both
// sorted unless `squared` is false; labels of all vertices.
[[nodiscard]] std::vector<row_trace> traces_of_rows(const stored_entries& rows, const stored_entries& columns,
                                                    std::int64_t first, double scale,
                                                    std::span<const std::int64_t> labels, bool squared);

// A lower bound of rho for a component of n vertices; 0 if rounding may exceed the sums.
[[nodiscard]] double trace_lower_bound(const trace_sums& s, std::int64_t n);

// Encloses rho of a component of two vertices. Requires s.squared.
[[nodiscard]] radius_interval two_by_two_radius(const trace_sums& s);

}  // namespace rhochain
