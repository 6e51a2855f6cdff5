// A lower bound of mu_D(A) = inf over diagonal D > 0 of ||D A D^-1||_2: no scaling gets below it. For any block
// V (n x r),
//     mu_D(A) >= min over the rows i with V_i != 0 of ||(A V)_i|| / ||V_i||.
// Proof: for every D, sum_i D_i^2 ||(A V)_i||^2 = ||(D A D^-1) (D V)||_F^2 <= ||D A D^-1||^2 sum_i D_i^2 ||V_i||^2, so
// at least one row with V_i != 0 has ||(A V)_i|| <= ||D A D^-1|| ||V_i||.
// PROVED for bounded() operators: the rounding error of row i of A V is at most g(row_terms + 2) (|A| w)_i,
// w_j = ||V_j||.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>

namespace rhochain {

// (*) Shrinks the rows of V whose ratio lies below `target` until they would reach it if the others stayed, in so many
// rounds. Returns the best bound of all rounds. V is overwritten.
[[nodiscard]] Bound lift_lower_bound(const irreducible_block& block, block_out V, double target,
                                     std::int64_t most_rounds, Ledger& ledger);

}  // namespace rhochain
