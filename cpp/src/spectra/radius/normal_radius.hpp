// rho(A) = ||A||_2 for a symmetric or skew-symmetric block A: the bounds of the norm are those of rho and, as
// rho <= mu_D <= ||A||_2, of mu_D. From the right singular vector v of sigma = ||A||_2 one of the eigenvalue:
//     symmetric: A (A v +- sigma v) = +-sigma (A v +- sigma v);     skew: A (A v + i sigma v) = i sigma (A v + i sigma v).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// For block.map() itself, without its exponent; block.is_normal(). `vector` of the result is an eigenvector, `residual`
// its own. options.start is a guess of it.
[[nodiscard]] Bracket radius_of_normal(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
