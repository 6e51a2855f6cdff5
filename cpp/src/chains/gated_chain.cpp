#include <rhochain/chains/gated_chain.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/adjoint_check.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

gated_chain::gated_chain(const linear_map& U, gate_source gates)
    : U_(U.normalised()),
      gates_(std::move(gates)),
      states_(U_.domain().replicated(state_blocks(gates_.cell()) * U_.cols())) {
    require_gate_blocks(U, gates_.cell(), "U");
    if (gates_.width() != U.cols())
        throw std::invalid_argument("gates: got rows of length " + std::to_string(gates_.width()) + ", expected " +
                                    std::to_string(U.cols()) + ", the columns of U");
}

chain_factor gated_chain::factor(direction d, std::int64_t columns) const {
    struct workspace {
        gate_reader reader;
        vector_block t;
    };
    auto own = std::make_shared<workspace>(
        workspace{gate_reader(gates_, U_.exponent(), U_.domain()), vector_block(U_.range(), columns)});
    return [this, d, own](std::int64_t k, const scaled_block& X, bool, block_out Y, std::span<double> squares) {
        const gated_step step = own->reader.step(k);
        apply_step(U_, step, d, X.mantissas(), own->t, Y, squares);
        return chain_move{step.exponent};
    };
}

ChainResult gated_chain::record(direction d, block_in V, const char* what, const chain_progress& progress,
                                const ChainRecording& recording) const {
    const chain_factor factors = factor(d, V.columns());
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run_chain(d, first, steps(), X, factors, after_step);
    };
    return record_chain(V, what, states_, steps(), progress, recording, runner);
}

ChainResult gated_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, from_caller(V), "v", progress, recording);
}

ChainResult gated_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    require_adjoint(U_, 0);
    return record(direction::backward, from_caller(G), "g", progress, recording);
}

}  // namespace rhochain
