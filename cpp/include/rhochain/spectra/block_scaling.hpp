// mu_D(A) = inf over diagonal D > 0 of ||D A D^-1||_2 for one strongly connected block, with a D that comes close.
//
// A block nonnegative (in absolute values) or a single cycle: mu_D(A) = rho(|A|), D_i = sqrt(y_i / x_i) from the Perron vectors
// (docs/theory.md, Theorem B), PROVED by Collatz-Wielandt. 2 x 2: the infimum is at |b| = |c|, in closed form.
// Otherwise balancing, then stages of scaling_flow; after each the lower bound of scaling_dual (PROVED) and, once that
// is close, the upper bound of chebyshev_bound for the D reached (PROBABLE), until they meet within rtol.
// Memory: 16 columns up to 200,000 vertices, 8 beyond (2 with a threshold): about five blocks of n x columns.
#pragma once

#include <rhochain/spectra/irreducible_block.hpp>

#include <limits>
#include <vector>

namespace rhochain {

struct scaling_goal {
    double max_kappa = std::numeric_limits<double>::infinity();  // largest max D / min D
    double threshold = 0.0;  // if positive: stop once a bound shows mu_D below it, or not below it
};

struct block_scaling {
    Bracket bracket;        // of mu_D(A)
    std::vector<double> d;  // D = diag(exp(d)); empty if none was computed
    double excess = 1.0;    // ||D A D^-1||_2 <= excess * bracket.upper.value, with the grade of that bound
};

// With a max_kappa the lower bound of the bracket remains one of mu_D itself. Options: rtol, delta (all upper bounds together),
// seed, threads, start (a first d), the budget.
[[nodiscard]] block_scaling scale_block(const irreducible_block& block, const scaling_goal& goal,
                                        const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
