#include <rhochain/chains/stack_chain.hpp>
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/adjoint_check.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

std::string shape(std::int64_t rows, std::int64_t cols) {
    return "(" + std::to_string(rows) + ", " + std::to_string(cols) + ")";
}

stack_layout layout_of(stack_cell cell, const std::vector<stacked_layer>& layers) {
    if (layers.empty()) throw std::invalid_argument("layers: got none, expected at least one");
    const gate_source& first = layers.front().gates;
    const stack_layout layout{cell, first.width(), static_cast<std::int64_t>(layers.size())};
    for (std::int64_t l = 0; l < layout.layers; ++l) {
        const auto& [A, gates] = layers[static_cast<std::size_t>(l)];
        const std::string name = "layers[" + std::to_string(l) + "]";
        if (!A.domain().whole())
            throw std::invalid_argument(name + ": got a matrix of several ranks, expected one of this process");
        if ((gates.cell() == gated_cell::lstm) != (cell == stack_cell::lstm))
            throw std::invalid_argument(name + ": got the gates of another cell");
        if (gates.width() != layout.units || gates.steps() != first.steps())
            throw std::invalid_argument(name + ": got " + std::to_string(gates.steps()) + " steps of " +
                                        std::to_string(gates.width()) + " units, expected " +
                                        std::to_string(first.steps()) + " of " + std::to_string(layout.units) +
                                        ", as the lowest layer");
        if (A.rows() != layout.weight_rows(l) || A.cols() != layout.weight_columns(l))
            throw std::invalid_argument(name + ": got weights of shape " + shape(A.rows(), A.cols()) + ", expected " +
                                        shape(layout.weight_rows(l), layout.weight_columns(l)));
    }
    return layout;
}

}  // namespace

stack_chain::stack_chain(stack_cell cell, std::vector<stacked_layer> layers)
    : layers_(std::move(layers)),
      layout_(layout_of(cell, layers_)),
      states_(layers_.front().weights.domain().replicated(layout_.size())) {
    const int threads = layers_.front().weights.threads();
    for (stacked_layer& each : layers_) each.weights = each.weights.with(threads).normalised();
}

void stack_chain::require_adjoints(std::uint64_t seed) const {
    for (std::int64_t l = 0; l < layout_.layers; ++l)
        require_adjoint(layer(l).weights, seed, "layers[" + std::to_string(l) + "]");
}

std::vector<gate_reader> stack_chain::readers() const {
    std::vector<gate_reader> all;
    for (const auto& [A, gates] : layers_)
        all.emplace_back(gates, A.exponent(), A.domain().replicated(layout_.units), gate_reader::default_block_bytes,
                         !all.empty());
    return all;
}

chain_factor stack_chain::factor(direction d, std::int64_t) const {
    struct workspace {
        std::vector<gate_reader> readers;
        stack_scratch scratch{};
    };
    auto own = std::make_shared<workspace>(workspace{readers()});
    return [this, d, own](std::int64_t k, const scaled_block& X, bool, block_out Y, std::span<double> squares) {
        copy_block(X.mantissas(), Y, states_);
        for (std::int64_t j = 0; j < layout_.layers; ++j) {
            const std::int64_t l = d == direction::forward ? j : layout_.layers - 1 - j;
            const gated_step step = own->readers[static_cast<std::size_t>(l)].step(k);
            apply_layer(layer(l).weights, layout_, l, step, d, Y, own->scratch);
        }
        measure_state(Y, squares, states_);
        return chain_move{};
    };
}

ChainResult stack_chain::record(direction d, block_in V, const char* what, const chain_progress& progress,
                                const ChainRecording& recording) const {
    const chain_factor factors = factor(d, V.columns());
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run_chain(d, first, steps(), X, factors, after_step);
    };
    return record_chain(V, what, states_, steps(), progress, recording, runner);
}

ChainResult stack_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, from_caller(V), "v", progress, recording);
}

ChainResult stack_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    require_adjoints(0);
    return record(direction::backward, from_caller(G), "g", progress, recording);
}

}  // namespace rhochain
