// The condition number 1 / |y^* x| of the eigenvalue theta = x^* A x behind a converged bracket, x its right vector and y the
// left one, ||x|| = ||y|| = 1: a change E of A moves theta by at most ||E|| / |y^* x| to first order. ESTIMATE.
// y comes from Krylov-Schur with A^T (ritz_search.hpp), of whose Ritz values the nearest to theta counts; one farther from it
// than 2 rtol |theta| is another eigenvalue.
// Cost: three products and about as many as the search for x took.
// Source: Wilkinson 1965; Golub & Van Loan, section 7.2.
#pragma once

#include <rhochain/spectra/irreducible_block.hpp>

#include <complex>
#include <vector>

namespace rhochain {

// y^T x, which is y'^* x for the left vector y' = conj(y) of A where A^T y = theta y.
[[nodiscard]] std::complex<double> overlap(const std::vector<std::complex<double>>& y,
                                           const std::vector<std::complex<double>>& x);

// Writes b.condition, and into b.residual the larger of the right and the left residual; does nothing for a bracket that has
// not converged, one without a vector, or where no left vector was found. Products with A^T.
void write_condition(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger);

}  // namespace rhochain
