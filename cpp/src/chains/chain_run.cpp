#include <rhochain/chains/chain_run.hpp>

#include <vector>

namespace rhochain {

std::int64_t run_chain(direction d, std::int64_t first, std::int64_t steps, scaled_block& X, const chain_factor& factor,
                       int threads, const std::function<bool(std::int64_t done)>& after_step) {
    const std::int64_t b = X.columns();
    buffer<double> y(static_cast<std::size_t>(X.rows() * b));
    std::vector<double> squares(static_cast<std::size_t>(b));
    bool follows = false;
    for (std::int64_t done = first; done < steps;) {
        const std::int64_t k = d == direction::forward ? done : steps - 1 - done;
        const std::int64_t exponent = factor(k, X.mantissas(), follows, {y.data(), X.rows(), b}, squares);
        follows = !X.replace(y, exponent, squares, threads);
        ++done;
        if (after_step(done)) return done;
    }
    return steps;
}

}  // namespace rhochain
