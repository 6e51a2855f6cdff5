// Whether the growth of powers is that of an eigenvalue: walks that return to their start (walk_depth.hpp), or A A^T =
// A^T A (commutator.hpp). A heuristic, for ESTIMATEs only.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/radius/power_filter.hpp"
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// (*) Makes further powers where the walks that join all vertices are longer than those so far and not too long.
[[nodiscard]] bool growth_is_evidence(const irreducible_block& block, const SolverOptions& options,
                                      power_filter& powers, Ledger& ledger);

}  // namespace rhochain
