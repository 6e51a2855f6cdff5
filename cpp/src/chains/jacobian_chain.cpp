#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

jacobian_chain::jacobian_chain(operator_ref W, slope_source slopes, const ChainOptions& options)
    : rule_{W, options.exponent, options.form, options.leak},
      slopes_(std::move(slopes)),
      threads_(resolve_threads(options.threads)) {
    require_square(W, "a chain of Jacobians");
    if (slopes_.width() != W.rows())
        throw std::invalid_argument("slopes: got rows of length " + std::to_string(slopes_.width()) + ", expected " +
                                    std::to_string(W.rows()) + ", the size of W");
    if (!(options.leak > 0.0 && options.leak <= 1.0))
        throw std::invalid_argument("leak: got " + std::to_string(options.leak) + ", expected 0 < leak <= 1");
}

std::int64_t jacobian_chain::run(direction d, scaled_block& X, slope_reader& reader,
                                 const std::function<bool(std::int64_t done)>& after_step, std::int64_t first) const {
    buffer<double> t(static_cast<std::size_t>(size() * X.columns()));
    const chain_factor factor = [&](std::int64_t k, const_block V, mutable_block Y, std::span<double> squares) {
        const slope_row row = reader.row(k);
        const chain_step step = make_step(rule_, d, entry_map::identity, row.exponent);
        apply_step(step, row.s, V, {t.data(), V.rows, V.columns}, Y, squares, threads_);
        return step.exponent;
    };
    return run_chain(d, first, steps(), X, factor, threads_, after_step);
}

ChainResult jacobian_chain::record(direction d, const_block V, const char* what, const chain_progress& progress,
                                   const ChainRecording& recording) const {
    slope_reader reader(slopes_, threads_);
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run(d, X, reader, after_step, first);
    };
    return record_chain(V, what, size(), steps(), threads_, progress, recording, runner);
}

ChainResult jacobian_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, V, "v", progress, recording);
}

ChainResult jacobian_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::backward, G, "g", progress, recording);
}

std::vector<double> jacobian_chain::largest_slopes(const chain_progress& progress) const {
    slope_reader reader(slopes_, threads_);
    std::vector<double> largest;
    largest.reserve(static_cast<std::size_t>(steps()));
    try {
        for (std::int64_t k = 0; k < steps(); ++k) {
            const slope_row row = reader.row(k);
            largest.push_back(std::ldexp(row.largest, row.exponent));
            if (progress && progress(k + 1, steps())) break;
        }
    } catch (const reading_stopped&) {
        // As if the progress function had stopped it.
    }
    return largest;
}

}  // namespace rhochain
