// rho(|W|), the Perron radius, by strongly connected components. For a nonnegative irreducible M and any x > 0
// (Collatz 1942, Wielandt 1950)
//     min_i (M x)_i / x_i  <=  rho(M)  <=  max_i (M x)_i / x_i,
// PROVED at every iteration. A component that is one cycle has rho = (product of |w|)^(1/length) exactly.
//
// Of a map with a majorant M of |W| alone, such as low_rank_update: rho(W) <= rho(|W|) <= rho(M) (linear_operator.hpp).
// The upper end is PROVED, the lower one as spectral_radius grades it, and they need not meet.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// Reads the entries of W. Throws std::invalid_argument unless W is square and has them, or a majorant.
[[nodiscard]] Bracket perron_radius(const linear_map& W, const SolverOptions& options = {});

// The same from products with the whole of |W|, without a search for components: two or three of them where
// options.start is close to the Perron vector. The bounds need not meet where W is reducible.
[[nodiscard]] Bracket perron_radius_of_whole(const linear_map& W, const SolverOptions& options);

}  // namespace rhochain
