// The dominant eigenvalue of a block from products alone.
//
// One search: powers of a random start (power_filter.hpp), then Arnoldi from the result (ritz_search.hpp). Two
// searches with independent starts must agree to rtol / 2 before the status is `converged`: where the spectrum fills a
// disk a small residual is met by many eigenvalues that are not dominant. Where no pair can be told from its
// neighbours the value is the growth rate over the last half of the powers, and the lower bound lies below it by the
// spread of the growth rates over several windows and of a second, shorter run. Both are ESTIMATEs, and are given only
// where there is evidence that the growth is that of an eigenvalue (walk_depth.hpp, commutator.hpp). Elsewhere the
// value is the middle of the bounds, and in a long band the growth of returning walks (return_rate.hpp) gives the
// lower one, an ESTIMATE.
//
// The powers go on until their upper bound is 1.1 % (or rtol) above the growth rate. In a disk it is
// ln(2 sqrt(n) / (sqrt(pi) delta)) / k: 1900 products for n = 1e6, delta = 1e-6. Small blocks stop earlier, see
// most_filter_steps.
#pragma once

#include <rhochain/spectra/solver_options.hpp>

#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>

namespace rhochain {

// The most power steps before Arnoldi for a block of n vertices.
[[nodiscard]] std::int64_t most_filter_steps(std::int64_t n);

// Tightens `b`, which holds what is known of rho(A) so far.
void search_dominant(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger);

}  // namespace rhochain
