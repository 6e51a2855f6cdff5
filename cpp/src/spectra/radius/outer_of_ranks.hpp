// The outermost eigenvalues of a matrix whose rows are shared out to ranks.
#pragma once

#include <rhochain/spectra/radius/outer_eigenvalues.hpp>

#include <cstdint>
#include <optional>

namespace rhochain {

// (*) By the first rank, which gathers W and has the numbers of one process. Nothing for a large W that is one strongly
// connected component: all ranks find the same numbers together. Requires W.gathers().
[[nodiscard]] std::optional<OuterEigenvalues> outer_eigenvalues_of_ranks(const linear_map& W, std::int64_t k,
                                                                         const SolverOptions& options);

}  // namespace rhochain
