// rho(W) = max |lambda_i|, the spectral radius. A W with stored entries is solved by strongly connected components:
// some kinds of component have PROVED bounds, any other one a PROBABLE upper bound and an ESTIMATE of the value. A W
// known by its products is one block, and no bound but 0 is PROVED unless there are products with |W|.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

struct RadiusGoal {
    // Compute the condition number of the dominant eigenvalue too: about twice as many products, some of them adjoint.
    bool condition = false;
    // How far above the value, relatively, the upper bound may stay; rtol applies if that is larger. The search then
    // ends once the value has converged to rtol for two starts. Infinity: the value alone.
    double upper_rtol = 0.0;
    // Ask for PROVED bounds on both ends of components of up to 1,000 vertices, by a dense eigendecomposition: O(n^3)
    // time and 100 n^2 bytes. Where they fail or are wider than rtol, the other bounds remain, and the sources of the
    // two ends say why.
    bool proved = false;
};

// Throws std::invalid_argument unless W is square.
[[nodiscard]] Bracket spectral_radius(const linear_map& W, const SolverOptions& options = {},
                                      const RadiusGoal& goal = {});

}  // namespace rhochain
