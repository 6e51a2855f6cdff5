// The scaling of a block A = S1 |A| S2 with diagonal signs S1 and S2, from its Perron vectors |A| x = rho x,
// |A|^T y = rho y:
//     D_i = sqrt(y_i / x_i),   ||D A D^-1||_2 = rho(|A|) = mu_D(A)
// (Theorem B, docs/theory/04-vanishing.md). For the x and y computed: with z = D x the ratios (|B| z)_i / z_i,
// B = D A D^-1, are those of |A| and x, and (|B|^T z)_i / z_i those of |A|^T and y = D^2 x, so that by the Schur test
// ||B||_2 is at most the geometric mean of the two largest.
// PROVED by Collatz-Wielandt.
#pragma once

#include "spectra/scaling/block_scaling.hpp"

namespace rhochain {

// Requires block.map().entrywise() and block.facts().signs_factorize. Of any other bounded() block the scaling d alone
// is of use, as a start: it is that of |A|, or of its majorant.
[[nodiscard]] block_scaling perron_scaling(const irreducible_block& block, const SolverOptions& options,
                                           Ledger& ledger);

}  // namespace rhochain
