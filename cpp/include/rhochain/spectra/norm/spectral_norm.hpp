// sigma_1(W) = ||W||_2, the largest singular value (lambda_1 in Pascanu, Mikolov & Bengio 2013), with two bounds.
// Where the signs of W factorize (Dale's principle: columns of one sign each) sigma_1(W) = sigma_1(|W|), and both are
// PROVED by products with |W| (modulus_norm.hpp). For other W:
// Upper, PROBABLE(delta): the smaller of the two bounds of lanczos_bound.hpp from one run of Golub-Kahan. They hold for
// all steps together, so that stopping when the bracket is narrow is sound. They move outwards by the relative backward
// error g(k (m_r + m_c + 2 depth(n) + 16)) of the factorisation. Where the value converges long before that bound (the
// top of the spectrum is dense, or the basis is full): the bound of chebyshev_bound.hpp with new probes and the value
// as its guess. Each of the two has delta / 2. Upper, PROVED: norms.hpp; where the random one stays wider than wanted,
// schur_test.hpp. A run without reorthogonalisation has bounds only after its vectors have been measured. With
// upper_rtol > rtol the call ends once the value has stabilised to rtol (ESTIMATE) and the upper bound is within
// upper_rtol. This takes a fraction of the products: an upper bound costs about arccosh(sqrt(2 n / pi) / delta) /
// sqrt(2 upper_rtol) of them. Lower, PROVED for bounded() maps: ||W v|| / ||v|| less its rounding error g(m) || |W| |v|
// ||. Cost: two products a step, n doubles a step for V.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

struct NormGoal {
    double upper_rtol = 0.0;  // (upper - value) / value that suffices for a value stabilised to rtol; 0: rtol
};

// W as the user has it, 2^exponent() included.
[[nodiscard]] Bracket spectral_norm(const linear_map& W, const SolverOptions& options = {}, const NormGoal& goal = {});

}  // namespace rhochain
