// P = J_{K-1} ... J_1 J_0, the product of the Jacobians of K steps of a GRU or LSTM (gated_step.hpp), N x N with N = n
// for a GRU and N = 2n for an LSTM, whose vectors are [h; c]:
//     jvp(V) = P V      tangents forward, from step 0 to step K - 1
//     vjp(G) = P^T G    gradients backward, from step K - 1 to step 0
// on row-major blocks (N x b), of any length (chain_run.hpp). A step costs one product with the stacked weights.
#pragma once

#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/chains/gate_source.hpp>
#include <rhochain/chains/gated_step.hpp>

#include <cstdint>

namespace rhochain {

class gated_chain {
public:
    // U (G n x n) is borrowed; the weights are 2^exponent U. Threads: 0 as the OpenMP runtime decides. Throws
    // std::invalid_argument unless U has G blocks of n rows and the gates are n wide.
    gated_chain(operator_ref U, gate_source gates, int exponent = 0, int threads = 0);

    [[nodiscard]] std::int64_t steps() const { return gates_.steps(); }
    [[nodiscard]] std::int64_t size() const { return state_blocks(gates_.cell()) * U_.cols(); }
    [[nodiscard]] int threads() const { return threads_; }
    [[nodiscard]] operator_ref weights() const { return U_; }
    [[nodiscard]] const gate_source& gates() const { return gates_; }
    [[nodiscard]] int exponent() const { return exponent_; }

    [[nodiscard]] ChainResult jvp(const_block V, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;
    [[nodiscard]] ChainResult vjp(const_block G, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;

    // The factors one by one (chain_ref.hpp).
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const;

private:
    [[nodiscard]] ChainResult record(direction d, const_block X, const char* what, const chain_progress& progress,
                                     const ChainRecording& recording) const;

    operator_ref U_;
    gate_source gates_;
    int exponent_;
    int threads_;
};

}  // namespace rhochain
