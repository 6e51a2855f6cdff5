// The search for a scaling D = diag(exp(d)) of a block A that brings ||D A D^-1||_2 near mu_D(A): balancing, then
// stages of scaling_flow. After each stage the lower bound of scaling_dual (PROVED) and, once that is close, the upper
// bound of chebyshev_bound for the D reached (PROBABLE), until they meet within rtol.
// Memory: 16 columns, and 32 where they do not suffice, up to 2,000 vertices, 32 up to 200,000, 8 beyond (2 with a
// threshold, whose products go column by column): about five blocks of n x columns.
#pragma once

#include "spectra/scaling/block_scaling.hpp"

namespace rhochain {

struct search_limits {
    double most;       // |d_i| stays within
    double threshold;  // of mu_D(A); if positive: stop once a bound shows mu_D below it, or not below it
};

// `known`: the known bounds of mu_D(A).
[[nodiscard]] block_scaling search_scaling(const irreducible_block& block, const search_limits& limits, Bracket known,
                                           const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
