// rho(W) = max |lambda_i|, the spectral radius. Where the entries of W are stored its strongly connected components
// are solved one by one: some kinds of component have PROVED bounds, any other one a PROBABLE upper bound and an
// ESTIMATE of the value. From products alone W is one block, and no bound but 0 is PROVED unless there are products
// with |W|.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

struct RadiusGoal {
    // The condition number of the dominant eigenvalue as well: about as many products again, some of them adjoint.
    bool condition = false;
};

// Throws std::invalid_argument unless W is square.
[[nodiscard]] Bracket spectral_radius(const linear_map& W, const SolverOptions& options = {},
                                      const RadiusGoal& goal = {});

}  // namespace rhochain
