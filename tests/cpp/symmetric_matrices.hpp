// Symmetric and skew matrices, their images under a scaling, and dense oracles for them.
#pragma once

#include "matrices.hpp"

#include "kernels/small_dense.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <random>
#include <vector>

namespace matrices {

template <class Scalar = double>
rhochain::csr<Scalar, std::int32_t> sparse(const std::vector<double>& D, std::int64_t n) {
    rhochain::csr<Scalar, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j)
            if (const double w = D[static_cast<std::size_t>(i * n + j)]; w != 0.0) {
                W.indices.push_back(static_cast<std::int32_t>(j));
                W.values.push_back(static_cast<Scalar>(w));
            }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    return W;
}

inline double dense_radius(const std::vector<double>& D, std::int64_t n) {
    const auto d = rhochain::eigen_decompose(D, n, false);
    REQUIRE(d.converged);
    return std::abs(d.values.front());
}

inline double dense_norm(const std::vector<double>& D, std::int64_t n) {
    std::vector<double> G(D.size(), 0.0);
    const auto order = static_cast<std::size_t>(n);
    for (std::size_t i = 0; i < order; ++i)
        for (std::size_t j = 0; j < order; ++j)
            for (std::size_t k = 0; k < order; ++k) G[j * order + k] += D[i * order + j] * D[i * order + k];
    return std::sqrt(dense_radius(G, n));
}

// Symmetric, or skew for side = -1, with a Hamiltonian path, so that it is irreducible.
inline std::vector<double> random_symmetric(std::int64_t n, double density, double side, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::normal_distribution<double> normal;
    const auto order = static_cast<std::size_t>(n);
    std::vector<double> S(order * order, 0.0);
    for (std::size_t i = 0; i < order; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            const double w = normal(generator);
            const bool present = uniform(generator) < density || i == j + 1;
            if (!present || (i == j && side < 0.0)) continue;
            S[i * order + j] = w;
            S[j * order + i] = side * w;
        }
    return S;
}

// D^-1 S D
inline std::vector<double> spread(std::vector<double> S, const std::vector<double>& d) {
    const std::size_t n = d.size();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) S[i * n + j] *= std::exp(d[j] - d[i]);
    return S;
}

inline std::vector<double> random_scaling(std::int64_t n, double size, unsigned seed) {
    auto d = random_vector(n, seed);
    for (double& x : d) x *= size;
    return d;
}

}  // namespace matrices
