// P = J_{K-1} ... J_1 J_0, the product of the Jacobians of K steps of a GRU or LSTM (gated_step.hpp), N x N with N = n
// for a GRU and N = 2n for an LSTM, whose vectors are [h; c]:
//     jvp(V) = P V      tangents forward, from step 0 to step K - 1
//     vjp(G) = P^T G    gradients backward, from step K - 1 to step 0
// on row-major blocks (N x b), of any length (chain_run.hpp), in one process. A step costs one product with the
// stacked weights.
#pragma once

#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/chains/steps/gated_step.hpp>
#include <rhochain/chains/trajectories/gate_source.hpp>

#include <cstdint>

namespace rhochain {

class gated_chain {
public:
    // U (G n x n) is kept normalised(); its threads are those of the chain. Throws std::invalid_argument unless U has
    // G blocks of n rows and the gates are n wide.
    gated_chain(const linear_map& U, gate_source gates);

    [[nodiscard]] std::int64_t steps() const { return gates_.steps(); }
    [[nodiscard]] std::int64_t size() const { return states_.size(); }
    // The space of the states.
    [[nodiscard]] const space& domain() const { return states_; }
    // U.normalised().
    [[nodiscard]] const linear_map& weights() const { return U_; }
    [[nodiscard]] const gate_source& gates() const { return gates_; }

    [[nodiscard]] ChainResult jvp(const_block V, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;
    [[nodiscard]] ChainResult vjp(const_block G, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;

    // The factors one by one (chain_ref.hpp).
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const;

private:
    [[nodiscard]] ChainResult record(direction d, block_in X, const char* what, const chain_progress& progress,
                                     const ChainRecording& recording) const;

    linear_map U_;
    gate_source gates_;
    space states_;
};

}  // namespace rhochain
