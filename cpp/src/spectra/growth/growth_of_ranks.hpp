// R(W) of a matrix whose rows are shared out to ranks.
#pragma once

#include <rhochain/spectra/growth/worst_case_growth.hpp>

namespace rhochain {

// (*) By the first rank, which gathers W: components, signs and cycles of slopes are those of one process. W.gathers().
// The leaks of `slopes` and the active neurons of the result are those of this rank.
[[nodiscard]] WorstCaseGrowth growth_of_ranks(const linear_map& W, const SlopeRange& slopes,
                                              const SolverOptions& options);

}  // namespace rhochain
