// rho(W) = max |lambda_i|, the spectral radius, by strongly connected components.
//
// A component that is nonnegative up to a signature (signature.hpp) has rho = rho(|W|), PROVED by Collatz-Wielandt
// (perron.hpp); a small one is PROVED from the traces and norms of its powers (small_block.hpp). Any other one: powers of a random start
// (power_filter.hpp) damp what lies inside the spectrum and give the PROBABLE upper bound; Arnoldi from the result gives the
// value, an ESTIMATE, and restarts from the dominant Ritz vectors until two independent starts agree. A residual alone
// cannot tell a dominant eigenvalue from one just inside the edge: `converged` needs both.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/irreducible_block.hpp>

namespace rhochain {

[[nodiscard]] Bracket spectral_radius_of_block(const irreducible_block& block, const SolverOptions& options,
                                               Ledger& ledger);

// Products alone: no components, and no PROVED bound beside 0. Throws std::invalid_argument unless A is square.
[[nodiscard]] Bracket spectral_radius(operator_ref A, const SolverOptions& options = {});

template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] Bracket spectral_radius(const sparse_operator<Scalar, Index>& W, const SolverOptions& options = {});

template <storage_scalar Scalar>
[[nodiscard]] Bracket spectral_radius(const dense_operator<Scalar>& W, const SolverOptions& options = {});

template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] Bracket spectral_radius(const csr_view<Scalar, Index>& W, const SolverOptions& options = {}) {
    return spectral_radius(sparse_operator(W, options.threads), options);
}

}  // namespace rhochain
