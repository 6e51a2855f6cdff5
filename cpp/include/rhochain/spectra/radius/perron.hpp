// rho(|W|), the Perron radius, by strongly connected components. For a nonnegative irreducible M and any x > 0
// (Collatz 1942, Wielandt 1950)
//     min_i (M x)_i / x_i  <=  rho(M)  <=  max_i (M x)_i / x_i,
// PROVED at every iteration. A component that is one cycle has rho = (product of |w|)^(1/length) exactly.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// Reads the entries of W. Throws std::invalid_argument unless W is square and has them.
[[nodiscard]] Bracket perron_radius(const linear_map& W, const SolverOptions& options = {});

}  // namespace rhochain
