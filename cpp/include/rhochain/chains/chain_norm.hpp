// ln ||P||_2 for a chain P (N x N) of plain or gated cells, as a Bracket of the natural logarithm. What differs from other brackets:
//     rtol      the wanted width upper - lower, which is the relative width of a bracket of ||P||_2
//     residual  || P^T P v - ||P||^2 v || / ||P||^2 for the unit vector v behind the value
//     matvecs   products with the weights, of which one with P takes K
//
// Upper, PROBABLE(delta): Golub-Kahan on the whole product from a random start (lanczos_bound.hpp), with the errors of
// its products: Phi of chain_rounding.hpp is what they can be off by, however terms cancel between factors. An ESTIMATE
// where there is no Phi, as for an operator known by its products alone, or where a weight, slope or gate lost bits.
// In a long chain one direction outgrows all others and a few steps suffice. Where rounding decides how long computed products are, a start whose image is 2^500 times
// shorter than another is replaced, up to seven times; then the proved bounds alone are left.
// Upper, PROVED: chain_bounds.hpp.
// Lower, PROVED where the error of ||P v|| / ||v|| can be carried along (chain_bounds.hpp), else ESTIMATE.
#pragma once

#include <rhochain/chains/chain_factors.hpp>
#include <rhochain/chains/chain_state.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// options.threads is not used: the chain has its own. A run that saves its state (pass_journal.hpp) goes on from it with the same
// options, but for limits, to the same bits.
[[nodiscard]] Bracket chain_norm(chain_factors& P, const SolverOptions& options = {}, const ChainSaving& saving = {});
[[nodiscard]] Bracket chain_norm(const jacobian_chain& P, const SolverOptions& options = {}, const ChainSaving& saving = {});
[[nodiscard]] Bracket chain_norm(const gated_chain& P, const SolverOptions& options = {}, const ChainSaving& saving = {});

}  // namespace rhochain
