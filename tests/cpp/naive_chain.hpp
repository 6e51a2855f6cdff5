// A chain of random W, slopes, leaks and linear part, and its products in long double, one entry at a time.
#pragma once

#include "gaussian_vector.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace naive_chain {

using namespace rhochain;

using real = long double;

struct network {
    std::int64_t n, K;
    std::vector<double> W, S, leaks, O;  // O: empty for I
    std::optional<double> linear_weight{};
    ChainOptions options;

    network(std::int64_t size, std::int64_t steps, convention form, double leak, double scale, unsigned seed = 1)
        : n(size),
          K(steps),
          W(static_cast<std::size_t>(n * n)),
          S(static_cast<std::size_t>(K * n)),
          leaks(static_cast<std::size_t>(n), leak) {
        options.form = form;
        options.leak = leak;
        std::mt19937_64 engine(seed);
        std::normal_distribution<double> gaussian;
        std::uniform_real_distribution<double> uniform;
        for (double& w : W) w = uniform(engine) < 0.5 ? 0.0 : scale * gaussian(engine);
        for (double& s : S) s = uniform(engine);
    }

    // The same with a leak for each neuron.
    [[nodiscard]] network with_leaks(unsigned seed) && {
        std::mt19937_64 engine(seed);
        std::uniform_real_distribution<double> uniform(0.05, 1.0);
        for (double& a : leaks) a = uniform(engine);
        leaks[1] = 1.0;
        options.leak = neuron_leaks(leaks, space(n, 1));
        return std::move(*this);
    }

    // The same with a linear part, of weight 1 - a or of one of its own.
    [[nodiscard]] network with_linear(unsigned seed, std::optional<double> weight = std::nullopt) && {
        linear_weight = weight;
        std::mt19937_64 engine(seed);
        std::normal_distribution<double> gaussian(0.0, 0.3);
        O.resize(W.size());
        for (double& o : O) o = gaussian(engine);
        return std::move(*this);
    }

    [[nodiscard]] ChainOptions chain_options() const {
        ChainOptions all = options;
        if (!O.empty())
            all.linear = linear_part{dense_operator<double>({n, n, O}, dense_layout::row_major, 1), linear_weight};
        return all;
    }

    [[nodiscard]] dense_operator<double> matrix(int threads = 1) const {
        return dense_operator<double>({n, n, W}, dense_layout::row_major, threads);
    }
    [[nodiscard]] slope_source slopes() const { return slope_source::of_slopes(row_source(S.data(), K, n, n)); }
};

// J_k x or J_k^T x.
inline std::vector<real> naive_step(const network& N, std::int64_t k, const std::vector<real>& x, bool transpose) {
    const auto n = static_cast<std::size_t>(N.n);
    std::vector<real> y(n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const std::size_t r = transpose ? j : i;
            const std::size_t c = transpose ? i : j;
            const real a = N.leaks[r];
            const real s = N.S[static_cast<std::size_t>(k) * n + (N.options.form == convention::pre ? c : r)];
            const real kept = N.O.empty() ? (r == c ? 1.0L : 0.0L) : static_cast<real>(N.O[r * n + c]);
            const real weight = N.linear_weight ? *N.linear_weight : 1.0L - a;
            y[i] += (weight * kept + a * N.W[r * n + c] * s) * x[j];
        }
    return y;
}

inline real naive_norm(const std::vector<real>& x) {
    real total = 0.0L;
    for (const real v : x) total += v * v;
    return std::sqrt(total);
}

// ln of the norms after 0 .. K steps.
inline std::vector<double> naive_log_norms(const network& N, const std::vector<double>& start, bool transpose) {
    std::vector<real> x(start.begin(), start.end());
    real log_scale = 0.0L;
    std::vector<double> logs{static_cast<double>(std::log(naive_norm(x)))};
    for (std::int64_t j = 0; j < N.K; ++j) {
        x = naive_step(N, transpose ? N.K - 1 - j : j, x, transpose);
        const real norm = naive_norm(x);
        for (real& v : x) v /= norm;
        log_scale += std::log(norm);
        logs.push_back(static_cast<double>(log_scale));
    }
    return logs;
}

inline std::vector<double> gaussian(std::int64_t n, std::uint64_t stream) { return gaussian_vector(n, 7, stream); }

}  // namespace naive_chain
