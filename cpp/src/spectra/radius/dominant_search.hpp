// The dominant eigenvalue of a block from products alone.
//
// One search takes powers of a random start (power_filter.hpp), then Arnoldi from the result (ritz_search.hpp). Two
// searches with independent starts must agree to rtol / 2 before the status is `converged`: where the spectrum fills a
// disk, many eigenvalues that are not dominant have small residuals. Where no pair meets rtol the value is the growth
// rate over the last half of the powers. The lower bound lies below it by the spread of the growth rates over several
// windows and of a second, shorter run. Both are ESTIMATEs, and require evidence that the growth is that of an
// eigenvalue (walk_depth.hpp, commutator.hpp). Without evidence the value is the middle of the bounds, or the growth
// rate where the budget ended first; in a long band the growth of returning walks (return_rate.hpp) gives the lower
// one, an ESTIMATE.
//
// The powers end when their upper bound is 1.1 % (or rtol, or upper_rtol) above the growth rate. In a disk the bound is
// ln(2 sqrt(n) / (sqrt(pi) delta)) / k: 1900 products for n = 1e6, delta = 1e-6. Small blocks take fewer products.
//
// Where the powers settle on a recurrence (power_recurrence.hpp) whose bound is within rtol / 2 the spectrum has a
// dominant eigenvalue or pair, and the search ends soon: with both ends PROBABLE if deflation isolates it
// (isolated_eigenvalue.hpp), else once powers of a second start settle on the same pair. Nothing larger is missed but
// with probability delta. With a larger upper_rtol the powers end when they fulfil their recurrence and the bound is
// within that; no attempt is made to isolate the pair.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>
#include <limits>

namespace rhochain {

struct dominant_goal {
    double upper_rtol = 0.0;  // RadiusGoal (spectral_radius.hpp)
    double magnitude = 0.0;   // at least || |A| ||_2 where A.bounded(), else unused
    // Power steps without a guess after which the search gives up unless they have settled or their bound is close.
    std::int64_t patience = std::numeric_limits<std::int64_t>::max();
};

// Tightens `b`, which holds the known bounds of rho(A). False, with b as it was, if the search gave up.
bool search_dominant(const irreducible_block& block, const SolverOptions& options, const dominant_goal& goal,
                     Bracket& b, Ledger& ledger);

}  // namespace rhochain
