// Symmetric and skew matrices, dense, and their images under a scaling.
#pragma once

#include "dense_matrices.hpp"
#include "matrices.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace matrices {

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
