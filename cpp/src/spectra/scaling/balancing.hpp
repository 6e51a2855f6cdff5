// Balancing in the 2-norm: a diagonal D = diag(exp(d)) that brings the norms of row i and column i of B = D A D^-1
// close to each other, which minimises ||B||_F (Osborne 1960). All i move at once, damped: with S = A o A,
//     r = e^{2d} o (S e^{-2d}),   c = e^{-2d} o (S^T e^{2d}),   d += ln(c / r) / 8.
// d is a start for scalings that lower ||B||_2 (scaling_flow.hpp), for which any start is valid.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>

namespace rhochain {

// d, a vector of block.domain(), after `sweeps` sweeps of two products with A o A; |d_i| <= most. Requires
// block.map().bounded().
[[nodiscard]] vector_block balancing_scaling(const irreducible_block& block, std::int64_t sweeps, double most,
                                             Ledger& ledger);

}  // namespace rhochain
