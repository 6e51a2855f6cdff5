// Support lines of the numerical range (sectors.hpp) of a real square B, for a bound of w(B) or of another rate that
// depends on the range (slope_rates.hpp).
//
// Lanczos (rotated_lanczos.hpp) bounds both ends of H(t) at a few angles of [0, pi/2]; a sector that alone keeps the
// bound above the wanted one is halved. A run for t serves t and pi - t, and h(-t) = h(t) the rest of the circle. A run
// ends once its bounds are as close to its Ritz values as the accuracy needs, or too low to matter. All lines hold
// together with probability at least 1 - delta, wherever the budget ends. Backward error: eps of lanczos_ends.hpp, the
// rounding of all products and vector operations of a step.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/slope_rates.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>
#include <vector>

namespace rhochain {

struct range_goal {
    slope_rate rate;  // what the lines are for; that of SlopeRange{} is w(B)
    double accuracy;  // of its bound, as a part of it
    double delta;     // probability that one of the lines fails
    std::uint64_t seed;
    double magnitude;    // at least || |B| ||_2; infinite if unknown: then twice the largest Ritz value
    std::int64_t terms;  // the most in the sum of an entry of a product
    std::int64_t most_products;
};

struct range_bounds {
    std::vector<support_line> lines;  // angles rising from 0 to pi; bounds may be infinite
    double estimate = 0.0;            // of the rate, from Ritz values
    double widest = 0.0;              // the angle behind it
    std::int64_t steps = 0;           // of Lanczos at that angle
};

// Of a product with A or A^T, or of one scaled by diagonal matrices.
[[nodiscard]] std::int64_t terms_of_products(const linear_map& A);

// Of B = block.map().
[[nodiscard]] range_bounds bound_range(const irreducible_block& block, const range_goal& goal, Ledger& ledger);

}  // namespace rhochain
