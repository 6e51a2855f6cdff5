// rho(A) = ||A||_2 for a normal block A, symmetric, skew-symmetric up to a multiple of I, circulant or a multiple of an
// orthogonal matrix: the bounds of the norm are those of rho and, as rho <= mu_D <= ||A||_2, of mu_D. From the right
// singular vector v of sigma = ||A||_2 an eigenvector, if v lies in the plane of one pair of eigenvalues:
//     A (A v - conj(lambda) v) = lambda (A v - conj(lambda) v),   |lambda| = sigma,   Re lambda = v^T A v.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// For block.map() itself, without its exponent; block.is_normal(). `vector` of the result is an eigenvector with a
// small `residual`, or empty. options.start is a guess of it.
[[nodiscard]] Bracket radius_of_normal(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
