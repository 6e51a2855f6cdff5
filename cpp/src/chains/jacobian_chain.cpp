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
                                 const std::function<bool(std::int64_t done)>& after_step) const {
    const std::int64_t n = size();
    const std::int64_t b = X.columns();
    const auto entries = static_cast<std::size_t>(n * b);
    buffer<double> t(entries);
    buffer<double> y(entries);
    std::vector<double> squares(static_cast<std::size_t>(b));
    for (std::int64_t done = 0; done < steps();) {
        const slope_row row = reader.row(d == direction::forward ? done : steps() - 1 - done);
        const chain_step step = make_step(rule_, d, entry_map::identity, row.exponent);
        apply_step(step, row.s, X.mantissas(), {t.data(), n, b}, {y.data(), n, b}, squares, threads_);
        X.replace(y, step.exponent, squares, threads_);
        ++done;
        if (after_step(done)) return done;
    }
    return steps();
}

ChainResult jacobian_chain::record(direction d, const_block V, const char* what, const chain_progress& progress) const {
    if (V.rows != size())
        throw std::invalid_argument(std::string(what) + ": got length " + std::to_string(V.rows) + ", expected " +
                                    std::to_string(size()));
    scaled_block X(V, what, threads_);
    slope_reader reader(slopes_, threads_);
    ChainResult result;
    result.columns = X.columns();
    const auto note = [&] {
        for (std::int64_t c = 0; c < X.columns(); ++c) result.log_norms.push_back(X.norm(c).log_abs());
    };
    note();
    try {
        run(d, X, reader, [&](std::int64_t done) {
            result.done = done;
            note();
            return progress && progress(done, steps());
        });
    } catch (const rollout_stopped&) {
        // X is what it was after the last step done.
    }
    X.normalise(threads_);
    result.exponents = X.exponents();
    result.mantissas = X.take_mantissas();
    return result;
}

ChainResult jacobian_chain::jvp(const_block V, const chain_progress& progress) const {
    return record(direction::forward, V, "v", progress);
}

ChainResult jacobian_chain::vjp(const_block G, const chain_progress& progress) const {
    return record(direction::backward, G, "g", progress);
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
    } catch (const rollout_stopped&) {
        // As if the progress function had stopped it.
    }
    return largest;
}

}  // namespace rhochain
