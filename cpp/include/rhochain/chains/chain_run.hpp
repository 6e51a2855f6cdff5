// What every chain P = J_{K-1} ... J_0 (N x N) does with a block of vectors X (N x b), whatever its factors are:
//     forward   X <- J_k X      k = 0 .. K - 1
//     backward  X <- J_k^T X    k = K - 1 .. 0
// Every column carries a power of two of its own (scaled_block.hpp): no length under- or overflows, and a vector that
// is exactly zero stays so. P of no steps is I.
#pragma once

#include <rhochain/chains/scaled_block.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rhochain {

enum class direction { forward, backward };

// Called after each step with the steps done and K; returning true stops.
using chain_progress = std::function<bool(std::int64_t done, std::int64_t steps)>;

// Column c of the product is 2^exponents[c] times column c of `mantissas` (N x b), whose 2-norm lies in [1/2, 1).
struct ChainResult {
    buffer<double> mantissas;
    std::vector<std::int64_t> exponents;
    std::vector<double> log_norms;  // (done + 1) x b: ln of the 2-norms after 0 .. done steps; -inf for zero
    std::int64_t columns = 1;
    std::int64_t done = 0;  // K unless the progress function stopped the run
};

// One factor: Y = 2^-e J_k V or 2^-e J_k^T V with squares[c] = sum_i Y_ic^2; returns e.
using chain_factor =
    std::function<std::int64_t(std::int64_t k, const_block V, mutable_block Y, std::span<double> squares)>;

// X becomes P X or P^T X. Calls after_step(done), which returns true to stop, and returns the steps done.
std::int64_t run_chain(direction d, std::int64_t steps, scaled_block& X, const chain_factor& factor, int threads,
                       const std::function<bool(std::int64_t done)>& after_step);

// Carries X, called `what` in messages, through `run`, which is run_chain with everything but its last argument given.
// Throws std::invalid_argument unless X has `size` rows.
using chain_runner =
    std::function<std::int64_t(scaled_block& X, const std::function<bool(std::int64_t done)>& after_step)>;
[[nodiscard]] ChainResult record_chain(const_block X, const char* what, std::int64_t size, std::int64_t steps,
                                       int threads, const chain_progress& progress, const chain_runner& run);

}  // namespace rhochain
