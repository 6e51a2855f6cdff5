// A positive vector for Collatz-Wielandt bounds of a symmetric M >= 0 where its Perron vector is not accurate enough,
// its small entries above all:
//     x = (s I - M)^-1 e,   e = (1, .., 1),   s > rho(M).
// As the inverse has no negative entry, x > 0 and M x = s x - e < s x: so rho(M) <= s. The same holds for any x with
// e - r > 0, r = e - (s I - M) x, and conjugate gradients reach |r_i| <= 1/2 within a multiple of (s / rho(M) -
// 1)^(-1/2) steps, whatever the gaps of the spectrum and however small the entries of the Perron vector. They also
// find out if s < rho(M): then s I - M is indefinite, and a direction p with p^T M p > s p^T p raises s. Source:
// M-matrices (Ostrowski 1937; Berman & Plemmons 1979); Hestenes & Stiefel 1952.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// For M = block.map(), whose products cost `cost` each, and an s within about rtol of rho(M). A `value` near rho(M) and
// its positive `guess` of the Perron vector save products. If the budget is spent: what it leaves of x. Memory: five
// vectors.
[[nodiscard]] vector_block positive_resolvent(const irreducible_block& block, std::int64_t cost, vector_in guess,
                                              double value, double rtol, Ledger& ledger);

}  // namespace rhochain
