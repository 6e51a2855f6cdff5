// sigma_1 of a map A itself: spectral_norm (spectral_norm.hpp) without the power of two in W = 2^exponent A.
#pragma once

#include <rhochain/spectra/norm/spectral_norm.hpp>

namespace rhochain {

// Throws std::invalid_argument naming the option or the goal.
[[nodiscard]] Bracket norm_of_map(const linear_map& A, const SolverOptions& options, const NormGoal& goal);

// As a part of another call, whose ledger has the budget. The options are valid.
[[nodiscard]] Bracket norm_within(const linear_map& A, const SolverOptions& options, const NormGoal& goal,
                                  Ledger& ledger);

}  // namespace rhochain
