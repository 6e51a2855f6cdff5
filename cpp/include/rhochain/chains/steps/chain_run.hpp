// What every chain P = J_{K-1} ... J_0 (N x N) does with a block of vectors X (N x b), whatever its factors are:
//     forward   X <- J_k X      k = 0 .. K - 1
//     backward  X <- J_k^T X    k = K - 1 .. 0
// Every column carries a power of two of its own (scaled_block.hpp): no length under- or overflows, and a vector that
// is exactly zero stays so. P of no steps is I.
#pragma once

#include <rhochain/chains/steps/scaled_block.hpp>

#include <cstdint>
#include <functional>
#include <span>

namespace rhochain {

enum class direction { forward, backward };

// Called after each step with the steps done and K; returning true stops.
using chain_progress = std::function<bool(std::int64_t done, std::int64_t steps)>;

// Whether `progress`, if there is one, stops a run: on all ranks after the same step.
[[nodiscard]] bool asks_to_stop(const chain_progress& progress, std::int64_t done, std::int64_t steps, const space& S);

// The result of a factor: e, and what writes Y if that is deferred, valid until the next call.
struct chain_move {
    std::int64_t exponent = 0;
    block_writer deferred_write{};
};

// One factor: Y = 2^-e J_k V or 2^-e J_k^T V for the mantissas V of X, with squares[c] = sum_i Y_ic^2. `follows`: V
// is the Y of the last call, written or deferred, to the last bit.
using chain_factor = std::function<chain_move(std::int64_t k, const scaled_block& X, bool follows, block_out Y,
                                              std::span<double> squares)>;

// X, which `first` of the steps have been done on, becomes P X or P^T X. Calls after_step(done), which returns true to
// stop, on all ranks alike, after each step, and returns the steps done. After a factor's reading_stopped X is what
// the last step left; after any other exception it holds nothing.
std::int64_t run_chain(direction d, std::int64_t first, std::int64_t steps, scaled_block& X, const chain_factor& factor,
                       const std::function<bool(std::int64_t done)>& after_step);

}  // namespace rhochain
