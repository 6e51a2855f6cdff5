// The search behind chain_norm.hpp, the same for both kinds of chain. In this order:
//     ||P||_2 <= sqrt(||P||_1 ||P||_inf)   PROVED (chain_bounds.hpp);
//     ||P||_2 <= c_k (s + c_k q)           PROBABLE, after each step k of Golub-Kahan from a random start;
//     ||P||_2 >= ||P v|| / ||v||           for the vector v behind s, then its proof and the residual.
// Golub-Kahan on 2^-e P (chain_product.hpp) gives s = ||B_k||; c_k is that of lanczos_bound.hpp, q = 3 sqrt(k) Phi with
// Phi of chain_rounding.hpp. Source: docs/theory/20-chain-norm.md.
// Every pass over the chain is in a log (pass_log.hpp).
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "chains/measures/factor_reader.hpp"

namespace rhochain {

// The bracket of ln ||P||_2.
[[nodiscard]] Bracket chain_norm(factor_reader& P, const SolverOptions& options, const ChainSaving& saving);

}  // namespace rhochain
