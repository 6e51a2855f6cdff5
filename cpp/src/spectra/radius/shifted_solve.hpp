// (lambda I - A) x = b for a real A, a complex lambda and a complex b: restarted GMRES. The Krylov spaces of A do not
// depend on lambda: one real Arnoldi run for Re b and one for Im b, and a complex least squares problem of the
// Hessenberg matrix. Where rho(A) < |lambda| the residual falls at least like (rho(A) / |lambda|)^k in the long run.
// Source: Saad & Schultz 1986; Frommer & Glaessner 1998.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <complex>

namespace rhochain {

// An x for which ||b - (lambda I - A) x|| <= 2^-44 |lambda| ||x||, or what it has when two restarts no longer halve the
// residual or the ledger ends the run. b is not zero. Memory: 60 vectors, and eight more.
[[nodiscard]] complex_vector solve_shifted(const linear_map& A, std::complex<double> lambda, complex_in b,
                                           const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
