// Left and right vectors of a cycle of Jacobians (slope_cycle.hpp) with product A = J_{p-1} .. J_0.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/slope_cycle.hpp"

#include <cstdint>

namespace rhochain {

// The dominant eigenvalue of A, its rate, and unit vectors near its own.
struct cycle_vectors {
    double rate = 0.0;
    double residual = Bracket::infinity;  // how far x and y turn in the last cycle
    vector_block x;
    vector_block y;
};

// Power iteration in both directions. A residual that stays large: a complex pair or a tie, whose rate is not known.
[[nodiscard]] cycle_vectors measure_cycle(const slope_jacobian& J, const slope_rows& cycle, std::uint64_t seed,
                                          Ledger& ledger);

// Uniform on the unit sphere.
[[nodiscard]] vector_block random_unit_vector(const space& S, std::uint64_t seed, std::uint64_t stream);

}  // namespace rhochain
