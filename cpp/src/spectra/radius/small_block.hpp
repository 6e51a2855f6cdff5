// rho of a block as a dense matrix B, n x n, balanced by a diagonal of powers of two, which is exact and keeps the
// spectrum.
//
// Discs around the eigenvalues (verified_discs.hpp) prove both ends. Where they are wider than rtol, a block of at most
// small_block_size vertices has
//     (|tr B^m| / n)^(1/m)  <=  rho  <=  ||B^m||_F^(1/m),     m = 1, 2, 4, ..., 2^13,
// PROVED as well: tr B^m is a sum of n eigenvalues of modulus at most rho^m. Rounding: if ||X - B^m||_F <= e, the
// computed square Y of X has ||Y - B^(2m)||_F <= g(n) ||X||_F^2 + 2 ||X||_F e + e^2, and |tr X - tr B^m| <= sqrt(n) e.
// Value, eigenvector, residual and condition are those of dense_eigenpair.hpp. `converged` means that the bounds differ
// by at most rtol, or that condition times (residual + rounding) is below rtol.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <string>

namespace rhochain {

inline constexpr std::int64_t small_block_size = 40;

// Up to here discs take about the time of all eigenvalues by LAPACK, and less than powers that do not settle soon.
inline constexpr std::int64_t disc_block_size = 100;

// Up to here discs are tried if proofs are asked for: about a second and 100 MB.
inline constexpr std::int64_t proved_block_size = 1000;

// (*) Tightens `b`, which holds the known bounds of rho(A). The block is not in place. All ranks do the same work.
// Returns why discs prove nothing narrow, empty where they do.
std::string solve_small_block(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger);

// (*) Discs alone. Empty if they prove both ends within `width` of each other, relatively; then all of b is written.
// Otherwise the reason, and b has their bounds alone. Requires block.map().bounded().
[[nodiscard]] std::string enclose_block(const irreducible_block& block, const SolverOptions& options, double width,
                                        Bracket& b, Ledger& ledger);

}  // namespace rhochain
