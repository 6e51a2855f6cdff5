// A quantity q(W) that is the maximum of its values over the strongly connected components (rho(W), rho(|W|),
// mu_D(W)), solved component by component. The row and column sums of |W| within a component bound its q, in O(nnz)
// operations for all. The components follow in the order of these bounds; those that cannot exceed the best value by
// more than a hundredth of rtol are skipped. A component in a long band is solved under the geometric scaling of its
// least norm, and one that a scaling makes symmetric or skew-symmetric under that one, as copies (band_tilt.hpp,
// symmetrizing.hpp): none of these quantities depends on a scaling. Without a cycle q is exactly 0.
// The bounds of the result are those of the maximum: the lower one is the tightest of all components, whatever its
// grade, and graded_lower gives the tightest graded one.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <functional>
#include <optional>

namespace rhochain {

class component_search;

using block_solver = std::function<Bracket(const irreducible_block&, const SolverOptions&, Ledger&)>;

// (*) The failure probabilities of the PROBABLE bounds of all components add up to at most options.delta. W.entries()
// is not null, or W.gathers(). With `eigenvector_of` q(W) is rho(f(W)), and the vectors of the components are
// eigenvectors: `vector` of the result is one of f(W), or `no_vector` gives the reason. Throws std::invalid_argument
// unless W is square.
[[nodiscard]] Bracket solve_by_component(const linear_map& W, const SolverOptions& options, const block_solver& solve,
                                         component_quantity quantity = component_quantity::below_modulus,
                                         std::optional<entry_map> eigenvector_of = std::nullopt);

// The bracket of q(A) from those of the components that `search` has, the exponent of A left out, with a vector of the
// component that has the maximum. A has entries.
[[nodiscard]] Bracket maximum_of_components(component_search& search, const linear_map& A,
                                            const std::optional<entry_map>& eigenvector_of);

}  // namespace rhochain
