// solve_by_component (by_component.hpp) for a matrix whose rows are shared out to ranks. The first rank gathers W,
// finds the components and decides what is solved next. A component that serves in place is solved by all ranks, any
// other one by the first rank alone, whose bracket the others receive. All numbers are those of one process. Where one
// rank has all rows it solves all components.
#pragma once

#include "spectra/structure/by_component.hpp"

#include <optional>

namespace rhochain {

// (*) A is normalised, and A.gathers(). The vector of the result is the slice of this rank.
[[nodiscard]] Bracket solve_components_of_ranks(const linear_map& A, const SolverOptions& options,
                                                const block_solver& solve, component_quantity quantity,
                                                std::optional<entry_map> eigenvector_of, Ledger& ledger);

}  // namespace rhochain
