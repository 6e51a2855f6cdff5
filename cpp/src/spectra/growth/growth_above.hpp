// Upper bounds of the worst-case growth R (worst_case_growth.hpp) of one block: rho(|W|), PROVED, and the numerical
// range of D W D^-1 (slope_rates.hpp) with the D of growth_scaling.hpp, PROBABLE(delta).
#pragma once

#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

struct growth_above {
    Bracket bracket;       // of R; lower ends only where they are those of rho(|W|) = rho(W)
    Bound vanishing_gain;  // R < 1 for slopes g [lo, hi] with g below it
};

// Uses rtol for the width of the numerical range's bound, delta, seed, and at most `products` products.
[[nodiscard]] growth_above bound_growth_above(const irreducible_block& block, const SlopeRange& slopes,
                                              const SolverOptions& options, std::int64_t products, Ledger& ledger);

}  // namespace rhochain
