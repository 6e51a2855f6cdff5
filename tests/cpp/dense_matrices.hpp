// Dense matrices, row-major: their magnitudes, their radii and norms by decomposition, their sparse copies.
#pragma once

#include <rhochain/storage/csr.hpp>

#include "kernels/small_dense.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
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

inline std::vector<double> absolute(std::vector<double> D) {
    for (double& w : D) w = std::abs(w);
    return D;
}

inline double dense_radius(const std::vector<double>& D, std::int64_t n) {
    const auto d = rhochain::eigen_decompose(D, n, false);
    REQUIRE(d.converged);
    return std::abs(d.values.front());
}

// Of all eigenvalues, in whatever order they come.
inline double largest_modulus(const std::vector<double>& D, std::int64_t n) {
    double largest = 0.0;
    for (const auto& value : rhochain::eigen_decompose(D, n, false).values)
        largest = std::max(largest, std::abs(value));
    return largest;
}

// The root of the radius of D^T D.
inline double dense_norm(const std::vector<double>& D, std::int64_t rows, std::int64_t cols) {
    std::vector<double> G(static_cast<std::size_t>(cols * cols), 0.0);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t k = 0; k < cols; ++k)
                G[static_cast<std::size_t>(j * cols + k)] +=
                    D[static_cast<std::size_t>(i * cols + j)] * D[static_cast<std::size_t>(i * cols + k)];
    return std::sqrt(dense_radius(G, cols));
}

inline double dense_norm(const std::vector<double>& D, std::int64_t n) { return dense_norm(D, n, n); }

}  // namespace matrices
