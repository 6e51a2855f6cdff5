// mu_D(A) = inf over diagonal D > 0 of ||D A D^-1||_2 for one strongly connected block, with a D close to the infimum.
//
// A symmetric or skew-symmetric block: mu_D(A) = ||A||_2, D = I; one whose signs factorize and |A| is symmetric too.
// A block whose signs factorize (sign_factors.hpp), or a single cycle: mu_D(A) = rho(|A|), with the D of
// perron_scaling.hpp, PROVED by Collatz-Wielandt. 2 x 2: the infimum in closed form (two_by_two.hpp). Any other block:
// a search (scaling_search.hpp) between a PROVED lower bound and a PROBABLE upper one.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

struct block_scaling {
    Bracket bracket;      // of mu_D(A)
    vector_block d;       // D = diag(exp(d)), a vector of block.domain(); empty on all ranks if none was computed
    double excess = 1.0;  // ||D A D^-1||_2 <= excess * bracket.upper.value, with the grade of that bound
};

// With a max_kappa the lower bound of the bracket is still one of mu_D itself. Uses the options rtol, delta (for all
// upper bounds together), seed, start (the first d) and the budget.
[[nodiscard]] block_scaling scale_block(const irreducible_block& block, const ScalingGoal& goal,
                                        const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
