// What passes over the entries of W tell of each strongly connected component, by label: in one process, or of rows and
// columns that ranks share, to the same bits.
#pragma once

#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/trace_bounds.hpp"

#include <optional>
#include <vector>

namespace rhochain {

// Empty where there is no cycle.
struct entry_sums {
    std::vector<component_summary> lines;  // what the sums of rows and columns tell
    std::vector<trace_sums> traces;        // empty where nothing needs them: of one component, rho(W) alone does
    std::vector<bool> signs_factorize;
};

// A has entries. The passes are shared out to its threads.
[[nodiscard]] entry_sums sums_of_entries(const linear_map& A, const component_partition& P,
                                         component_quantity quantity);

// (*) The same in the first rank, where P and `whole`, all of A, are known; each rank reads its own rows and columns.
[[nodiscard]] entry_sums sums_of_ranks(const linear_map& A, const std::optional<linear_map>& whole,
                                       const component_partition& P, component_quantity quantity);

}  // namespace rhochain
