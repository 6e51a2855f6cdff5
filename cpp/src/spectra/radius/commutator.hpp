// Whether A A^T = A^T A. Then ||A x|| <= rho ||x|| for every x, which is evidence that the growth of A^k z, or a pair
// (theta, x) with a small residual, is that of an eigenvalue (walk_depth.hpp). The test takes one Gaussian vector: a
// heuristic, for ESTIMATEs only.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// (*) Whether max_i |((A A^T - A^T A) z)_i| is rounding, for a Gaussian z. Four products, two of them adjoint.
[[nodiscard]] bool commutes_with_adjoint(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
