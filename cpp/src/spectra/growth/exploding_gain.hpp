// The gain g from which on some slopes in g [lo, hi] explode, lo <= 0 <= hi, with leaks: the growth of
// I - A + g A W S is not homogeneous in g. For a fixed cycle of slopes the rate need not rise with g, but R does:
// slopes s g / g' at the gain g' > g give the same Jacobians. So a cycle whose rate at g exceeds 1 proves the claim for
// every gain from g on.
//
// On columns of one sign (signed_words.hpp) J(S) >= 0 has a radius above 1 exactly for g rho(W S) > 1, with any leaks:
// for a Perron vector x of W S J(S) x - x = A (g rho - 1) x. PROVED. Other cycles: g <- g a / (rate - 1 + a) to a rate
// of 1, which is exact for one leak a and an affine rate, then deflation (cycle_rate.hpp) at a slightly larger g:
// PROBABLE(delta).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/slope_cycle.hpp"

namespace rhochain {

struct exploding_gain {
    Bound bound{Bracket::infinity, Grade::proved, 0.0, "no bound"};
    double estimate = Bracket::infinity;  // the least gain with a measured rate of 1
};

// `cycle`: one that grows at the gain 1, empty without one. `slopes` and `magnitude` as in growth_below.hpp.
[[nodiscard]] exploding_gain find_exploding_gain(const linear_map& W, const SlopeRange& slopes, slope_rows cycle,
                                                 double magnitude, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
