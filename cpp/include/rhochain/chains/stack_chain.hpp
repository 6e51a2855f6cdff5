// P = J_{K-1} ... J_1 J_0, the product of the Jacobians of K steps of a stack of recurrent layers (stack_step.hpp), of
// the states of all layers together, N x N:
//     jvp(V) = P V      tangents forward, from step 0 to step K - 1
//     vjp(G) = P^T G    gradients backward, from step K - 1 to step 0
// on row-major blocks (N x b), of any length (chain_run.hpp), in one process. A step costs a product with the weights
// of each layer.
#pragma once

#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/chains/steps/stack_step.hpp>
#include <rhochain/chains/trajectories/gate_source.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

// M of stack_step.hpp, and the gates. Those of an RNN are the gates of a GRU with r = 1 and z = 0, whose n is the
// output of a tanh: t = 1 - n^2. A slope of 0 or 1 is that of n = 1 or 0.
struct stacked_layer {
    linear_map weights;
    gate_source gates;
};

class stack_chain {
public:
    // The weights are kept normalised(), with the threads of the first. Throws std::invalid_argument unless there is a
    // layer and all have as many units and steps and the weights that their cell needs.
    stack_chain(stack_cell cell, std::vector<stacked_layer> layers);

    [[nodiscard]] std::int64_t steps() const { return layers_.front().gates.steps(); }
    [[nodiscard]] std::int64_t size() const { return states_.size(); }
    // The space of the states.
    [[nodiscard]] const space& domain() const { return states_; }
    [[nodiscard]] const stack_layout& layout() const { return layout_; }
    // A.normalised() of its weights, and its gates.
    [[nodiscard]] const stacked_layer& layer(std::int64_t l) const { return layers_[static_cast<std::size_t>(l)]; }

    [[nodiscard]] ChainResult jvp(const_block V, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;
    [[nodiscard]] ChainResult vjp(const_block G, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;

    // Throws std::invalid_argument where products with the transpose of weights are not those of the transpose.
    void require_adjoints(std::uint64_t seed) const;

    // The factors one by one (chain_ref.hpp).
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const;

    // Of the gates of all layers.
    [[nodiscard]] std::vector<gate_reader> readers() const;

private:
    [[nodiscard]] ChainResult record(direction d, block_in X, const char* what, const chain_progress& progress,
                                     const ChainRecording& recording) const;

    std::vector<stacked_layer> layers_;
    stack_layout layout_;
    space states_;
};

}  // namespace rhochain
