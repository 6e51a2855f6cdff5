// mu_D(W) = inf over diagonal D > 0 of ||D W D^-1||_2, the best certificate of Theorem A
// (docs/theory/04-vanishing.md):
//     gamma ||D W D^-1||_2 < 1  =>  every product of k Jacobians has ||P||_2 <= kappa(D) (gamma ||D W D^-1||_2)^k,
// and rho(W) <= mu_D(W) <= min(sigma_1(W), rho(|W|)). It is the largest of its values over the strongly connected
// components, 0 without a cycle. One D for all of W comes from those of the components.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <limits>
#include <vector>

namespace rhochain {

struct ScalingGoal {
    double max_kappa = std::numeric_limits<double>::infinity();  // largest max D / min D
    double threshold = 0.0;  // if positive: stop once a bound shows mu_D below it, or not below it
};

struct ScaledNorm {
    Bracket bracket;              // of mu_D(W)
    std::vector<double> scaling;  // d, D = diag(exp(d)), a vector of W.domain()
    Bound attained;               // ||D W D^-1||_2 <= attained.value for this D
};

// options.start, if given, is the first d. W is solved by components where W.entries() is not null and max_kappa is
// infinite; otherwise W is one block. Without products with |W| no bound is PROVED. Throws std::invalid_argument unless
// W is square.
[[nodiscard]] ScaledNorm scaled_norm(const linear_map& W, const SolverOptions& options = {},
                                     const ScalingGoal& goal = {});

}  // namespace rhochain
