// Small random matrices and a dense oracle that a reader trusts at sight.
#pragma once

#include <rhochain/storage/csr.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace matrices {

template <class Scalar, class Index>
rhochain::csr<Scalar, Index> random_csr(std::int64_t rows, std::int64_t cols, double density, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::normal_distribution<double> normal;
    rhochain::csr<Scalar, Index> W{rows, cols, {0}, {}, {}};
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < cols; ++j) {
            if (uniform(generator) >= density) continue;
            W.indices.push_back(static_cast<Index>(j));
            W.values.push_back(static_cast<Scalar>(normal(generator)));
        }
        W.indptr.push_back(static_cast<Index>(W.indices.size()));
    }
    return W;
}

// Row-major rows x cols.
template <class View>
std::vector<double> dense(const View& W) {
    std::vector<double> D(static_cast<std::size_t>(W.rows() * W.cols()), 0.0);
    for (std::int64_t i = 0; i < W.rows(); ++i)
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
            D[static_cast<std::size_t>(i * W.cols() + W.column(p))] += static_cast<double>(W.value(p));
    return D;
}

inline std::vector<double> random_vector(std::int64_t n, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    std::vector<double> x(static_cast<std::size_t>(n));
    for (double& entry : x) entry = normal(generator);
    return x;
}

}  // namespace matrices
