// A run of the first rank alone within the call of all ranks.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "kernels/vectors/state_archive.hpp"

#include <cstdint>
#include <functional>

namespace rhochain {

// What is solved within the options given, in the first rank; returns its products.
using first_rank_run = std::function<std::int64_t(const SolverOptions&)>;

// (*) Calls `run` in the first rank with what is left of the budgets of `ledger`, and counts its products on all ranks.
// Where the run asks whether to stop it meets the others, which wait for it: a signal, a clock or an exception of any
// rank ends it. Its stages are in the log of `ledger`.
void work_of_first_rank(Ledger& ledger, const SolverOptions& options, const first_rank_run& run);

// (*) A whole estimate in the first rank: `compute` fills `found` and what else `results` exchanges, with the budgets
// and the callback of `options` and without a start. All ranks have the results afterwards, and the counts in `found`.
void call_of_first_rank(const space& S, const SolverOptions& options, Bracket& found,
                        const std::function<void(const SolverOptions&)>& compute,
                        const std::function<void(state_archive&)>& results);

}  // namespace rhochain
