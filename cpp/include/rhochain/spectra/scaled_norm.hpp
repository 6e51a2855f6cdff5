// mu_D(W) = inf over diagonal D > 0 of ||D W D^-1||_2, the best certificate of Theorem A (docs/theory.md):
//     gamma ||D W D^-1||_2 < 1  =>  every product of k Jacobians has ||P||_2 <= kappa(D) (gamma ||D W D^-1||_2)^k,
// and rho(W) <= mu_D(W) <= min(sigma_1(W), rho(|W|)). It is the largest of its values over the strongly connected components
// (block_scaling.hpp), 0 without a cycle. One D for all of W comes from those of the components (scaling_assembly.hpp).
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/block_scaling.hpp>

#include <vector>

namespace rhochain {

struct ScaledNorm {
    Bracket bracket;              // of mu_D(W)
    std::vector<double> scaling;  // d, D = diag(exp(d))
    Bound attained;               // ||D W D^-1||_2 <= attained.value for this D
};

// With a max_kappa W is taken as one block.
struct ScalingOptions : SolverOptions, scaling_goal {};

// Throws std::invalid_argument unless W is square. `start`, if given, is a first d.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] ScaledNorm scaled_norm(const sparse_operator<Scalar, Index>& W, const ScalingOptions& options = {});

template <storage_scalar Scalar>
[[nodiscard]] ScaledNorm scaled_norm(const dense_operator<Scalar>& W, const ScalingOptions& options = {});

// Products alone: W is taken as one block, and no bound is PROVED.
[[nodiscard]] ScaledNorm scaled_norm(operator_ref A, const ScalingOptions& options = {});

template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] ScaledNorm scaled_norm(const csr_view<Scalar, Index>& W, const ScalingOptions& options = {}) {
    return scaled_norm(sparse_operator(W, options.threads), options);
}

}  // namespace rhochain
