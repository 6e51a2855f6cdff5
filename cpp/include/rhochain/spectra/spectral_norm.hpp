// sigma_1(W) = ||W||_2, the largest singular value (lambda_1 in Pascanu, Mikolov & Bengio 2013), with two bounds.
//
// Upper, PROBABLE(delta): the two bounds of lanczos_bound.hpp from one run of Golub-Kahan, the smaller of them. They hold for all
// steps at once, so that stopping when the bracket is narrow is sound, and up to a backward error of the factorisation
// of g(k (m_r + m_c + 2 depth(n) + 16)) relative, by which they are moved outwards.
// Where the value settles long before that bound does (the top of the spectrum is dense, or the basis is full): the bound of
// chebyshev_bound.hpp with fresh probes and the value found as its guess. Each of the two has delta / 2.
// Upper, PROVED: norms.hpp; where the random one stays wider than wanted, schur_test.hpp.
// Both bounds of a run that leaves out reorthogonalisation are in place only once its vectors have been measured.
// options.upper_rtol > rtol is content with a wider upper bound once the value has settled to rtol (ESTIMATE): a fraction of the
// products, as that bound costs about arccosh(sqrt(2 n / pi) / delta) / sqrt(2 upper_rtol) of them.
// Lower, PROVED for entrywise operators: ||W v|| / ||v|| less its rounding error g(m) || |W| |v| ||.
// Cost: two products a step, n doubles a step for V.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

[[nodiscard]] Bracket spectral_norm(operator_ref A, const SolverOptions& options = {});

template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] Bracket spectral_norm(const sparse_operator<Scalar, Index>& W, const SolverOptions& options = {}) {
    const auto A = W.with_threads(options.threads).normalised();
    Bracket b = spectral_norm(operator_ref(A), options);
    rescale_bracket(b, A.exponent());
    return b;
}

template <storage_scalar Scalar>
[[nodiscard]] Bracket spectral_norm(const dense_operator<Scalar>& W, const SolverOptions& options = {}) {
    const auto A = W.with_threads(options.threads).normalised();
    Bracket b = spectral_norm(operator_ref(A), options);
    rescale_bracket(b, A.exponent());
    return b;
}

template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] Bracket spectral_norm(const csr_view<Scalar, Index>& W, const SolverOptions& options = {}) {
    return spectral_norm(sparse_operator(W, options.threads), options);
}

}  // namespace rhochain
