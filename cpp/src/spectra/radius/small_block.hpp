// rho of a block of at most small_block_size vertices, B dense n x n, between two PROVED bounds:
//     (|tr B^m| / n)^(1/m)  <=  rho  <=  ||B^m||_F^(1/m),     m = 1, 2, 4, ..., 2^13.
// after balancing B by a diagonal of powers of two, which is exact and keeps the spectrum.
// The first holds as tr B^m is a sum of n eigenvalues of modulus at most rho^m. Rounding: if ||X - B^m||_F <= e, the
// computed square Y of X has ||Y - B^(2m)||_F <= g(n) ||X||_F^2 + 2 ||X||_F e + e^2, and |tr X - tr B^m| <= sqrt(n) e.
// Value, eigenvector, residual max(||B x - theta x||, ||B^T y - conj(theta) y||) and condition 1 / |y^* x| come from a
// dense decomposition. `converged` means that the bounds differ by at most rtol, or that condition times (residual +
// rounding) is below rtol.
// Cost: 26 n^3 operations and n products.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

inline constexpr std::int64_t small_block_size = 40;

// (*) Tightens `b`, which holds the known bounds of rho(A). The block is not in place. All ranks do the same work.
void solve_small_block(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger);

}  // namespace rhochain
