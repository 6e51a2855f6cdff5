// A quantity q(W) that is the maximum of its values over the strongly connected components (rho(W), rho(|W|),
// mu_D(W)), solved component by component. Each component's row and column sums of |W| bound its q for O(nnz) work in all;
// components are taken in the order of these bounds and those that cannot exceed the best value by more than a hundredth of
// rtol are skipped. A component in a long band is solved under the geometric scaling of its least norm, as a copy
// (band_tilt.hpp): none of these quantities depends on a scaling. Without a cycle q is exactly 0. The result's bounds are
// those of the maximum: its lower one is the tightest of all components, whatever its grade, and the tightest graded one
// stands behind it (graded_lower).
#pragma once

#include <rhochain/spectra/solver_options.hpp>

#include "spectra/structure/irreducible_block.hpp"

#include <functional>

namespace rhochain {

// rho(W) itself has sharper bounds from the entries than what only rho(|W|) is known to dominate.
enum class component_quantity { radius, below_modulus };

using block_solver = std::function<Bracket(const irreducible_block&, const SolverOptions&, Ledger&)>;

// The union bound over the PROBABLE bounds of all components stays within options.delta.
// W.entries() is not null. Throws std::invalid_argument unless W is square.
[[nodiscard]] Bracket solve_by_component(const linear_map& W, const SolverOptions& options, const block_solver& solve,
                                         component_quantity quantity = component_quantity::below_modulus);

}  // namespace rhochain
