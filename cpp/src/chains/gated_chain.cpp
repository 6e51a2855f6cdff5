#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

gated_chain::gated_chain(operator_ref U, gate_source gates, int exponent, int threads)
    : U_(U), gates_(std::move(gates)), exponent_(exponent), threads_(resolve_threads(threads)) {
    require_gate_blocks(U, gates_.cell(), "U");
    if (gates_.width() != U.cols())
        throw std::invalid_argument("gates: got rows of length " + std::to_string(gates_.width()) + ", expected " +
                                    std::to_string(U.cols()) + ", the columns of U");
}

ChainResult gated_chain::record(direction d, const_block V, const char* what, const chain_progress& progress,
                                const ChainRecording& recording) const {
    gate_reader reader(gates_, exponent_, threads_);
    buffer<double> t(static_cast<std::size_t>(U_.rows() * V.columns));
    const chain_factor factor = [&](std::int64_t k, const_block X, bool, mutable_block Y, std::span<double> squares) {
        const gated_step step = reader.step(k);
        apply_step(U_, step, d, X, {t.data(), U_.rows(), X.columns}, Y, squares, threads_);
        return step.exponent;
    };
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run_chain(d, first, steps(), X, factor, threads_, after_step);
    };
    return record_chain(V, what, size(), steps(), threads_, progress, recording, runner);
}

ChainResult gated_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, V, "v", progress, recording);
}

ChainResult gated_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::backward, G, "g", progress, recording);
}

}  // namespace rhochain
