// ln ||P||_2 for a chain P (N x N) of plain or gated cells, or of matrices, as a Bracket of the natural logarithm.
// Three members differ from those of other brackets:
//     rtol      the wanted width upper - lower, which is the relative width of a bracket of ||P||_2
//     residual  || P^T P v - ||P||^2 v || / ||P||^2 for the unit vector v behind the value
//     matvecs   products with the weights, of which one with P takes K, or K L in a stack of L layers
//
// Upper, PROBABLE(delta): Golub-Kahan on the whole product from a random start, with the errors of its products: they
// are at most Phi (docs/theory/20-chain-norm.md), however terms cancel between factors. An ESTIMATE where there is no
// Phi, as for an operator known by its products alone, or where a weight, slope or gate lost bits. In a long chain one
// direction outgrows all others and a few steps suffice. Where rounding decides how long computed products are, a
// start whose image is 2^500 times shorter than another is replaced, up to seven times; then the proved bounds alone
// are left.
// Upper, PROVED: sqrt(||P||_1 ||P||_inf) of the magnitudes of the factors.
// Lower, PROVED where the error of ||P v|| / ||v|| can be carried along, else ESTIMATE.
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/matrix_chain.hpp>
#include <rhochain/chains/stack_chain.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// A run that resumes from a saved state goes on with the same options, but for limits, to the same bits.
[[nodiscard]] Bracket chain_norm(const jacobian_chain& P, const SolverOptions& options = {},
                                 const ChainSaving& saving = {});
[[nodiscard]] Bracket chain_norm(const gated_chain& P, const SolverOptions& options = {},
                                 const ChainSaving& saving = {});
[[nodiscard]] Bracket chain_norm(const matrix_chain& P, const SolverOptions& options = {},
                                 const ChainSaving& saving = {});
[[nodiscard]] Bracket chain_norm(const stack_chain& P, const SolverOptions& options = {},
                                 const ChainSaving& saving = {});

}  // namespace rhochain
