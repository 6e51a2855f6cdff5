// The condition number 1 / |y^* x| of the eigenvalue theta = x^* A x behind a converged bracket, x its right vector
// and y its left vector, ||x|| = ||y|| = 1: a change E of A moves theta by at most ||E|| / |y^* x| to first order.
// ESTIMATE.
// y comes from Krylov-Schur with A^T (ritz_search.hpp), from the Ritz value nearest to theta. A Ritz value farther from
// it than 2 rtol |theta| belongs to another eigenvalue. Cost: three products and about as many as the search for x.
// Source: Wilkinson 1965; Golub & Van Loan, section 7.2.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// (*) Writes b.condition, and into b.residual the larger of the right and the left residual. Does nothing for a bracket
// that has not converged or has no vector, and if it finds no left vector. Multiplies with A^T.
void write_condition(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger);

}  // namespace rhochain
