#include <rhochain/chains/chain_run.hpp>

#include <stdexcept>
#include <string>

namespace rhochain {

std::int64_t run_chain(direction d, std::int64_t steps, scaled_block& X, const chain_factor& factor, int threads,
                       const std::function<bool(std::int64_t done)>& after_step) {
    const std::int64_t b = X.columns();
    buffer<double> y(static_cast<std::size_t>(X.rows() * b));
    std::vector<double> squares(static_cast<std::size_t>(b));
    for (std::int64_t done = 0; done < steps;) {
        const std::int64_t k = d == direction::forward ? done : steps - 1 - done;
        const std::int64_t exponent = factor(k, X.mantissas(), {y.data(), X.rows(), b}, squares);
        X.replace(y, exponent, squares, threads);
        ++done;
        if (after_step(done)) return done;
    }
    return steps;
}

ChainResult record_chain(const_block V, const char* what, std::int64_t size, std::int64_t steps, int threads,
                         const chain_progress& progress, const chain_runner& run) {
    if (V.rows != size)
        throw std::invalid_argument(std::string(what) + ": got length " + std::to_string(V.rows) + ", expected " +
                                    std::to_string(size));
    scaled_block X(V, what, threads);
    ChainResult result;
    result.columns = X.columns();
    const auto note = [&] {
        for (std::int64_t c = 0; c < X.columns(); ++c) result.log_norms.push_back(X.norm(c).log_abs());
    };
    note();
    result.done = run(X, [&](std::int64_t done) {
        note();
        return progress && progress(done, steps);
    });
    X.normalise(threads);
    result.exponents = X.exponents();
    result.mantissas = X.take_mantissas();
    return result;
}

}  // namespace rhochain
