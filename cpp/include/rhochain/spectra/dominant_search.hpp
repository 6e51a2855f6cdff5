// The dominant eigenvalue of a block from products alone.
//
// One search: powers of a random start (power_filter.hpp), then Arnoldi from the result; Krylov-Schur restarts keep the
// subspace of the dominant third of the Ritz values (Stewart 2001) until the residual ||A x - theta x|| is at most rtol |theta|. Two
// searches with independent starts must agree to rtol / 2 before the status is `converged`: where the spectrum fills a
// disk a small residual is met by many eigenvalues that are not dominant. Value and lower bound are ESTIMATEs.
// Memory: basis_capacity vectors and five more, for one search at a time.
#pragma once

#include <rhochain/spectra/irreducible_block.hpp>

namespace rhochain {

// Power steps before Arnoldi for a block of n vertices.
[[nodiscard]] std::int64_t filter_steps(std::int64_t n);

// Tightens `b`, which holds what is known of rho(A) so far.
void search_dominant(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger);

}  // namespace rhochain
