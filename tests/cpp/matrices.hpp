// Small random matrices and a dense oracle that a reader trusts at sight.
#pragma once

#include <rhochain/storage/csr.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
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

// `degree` random positions a row, each listed once.
template <class Scalar, class Index>
rhochain::csr<Scalar, Index> random_rows(std::int64_t rows, std::int64_t cols, std::int64_t degree, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_int_distribution<std::int32_t> column(0, static_cast<std::int32_t>(cols - 1));
    std::normal_distribution<double> normal;
    rhochain::csr<Scalar, Index> W{rows, cols, {0}, {}, {}};
    for (std::int64_t i = 0; i < rows; ++i) {
        std::set<std::int32_t> row;
        while (static_cast<std::int64_t>(row.size()) < degree) row.insert(column(generator));
        for (const std::int32_t j : row) {
            W.indices.push_back(j);
            W.values.push_back(static_cast<Scalar>(normal(generator)));
        }
        W.indptr.push_back(static_cast<Index>(W.indices.size()));
    }
    return W;
}

template <class Scalar>
rhochain::csr<Scalar, std::int32_t> iid(std::int64_t n, std::int64_t degree, unsigned seed) {
    return random_rows<Scalar, std::int32_t>(n, n, degree, seed);
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

// Toeplitz: one value for each offset j - i, from end to end or wrapped round.
inline rhochain::csr<double, std::int32_t> bands(std::int64_t n,
                                                 const std::vector<std::pair<std::int64_t, double>>& diagonals,
                                                 bool wrapped) {
    rhochain::csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::int64_t i = 0; i < n; ++i) {
        for (const auto& [offset, value] : diagonals) {
            const std::int64_t j = wrapped ? (i + offset + n) % n : i + offset;
            if (j < 0 || j >= n) continue;
            W.indices.push_back(static_cast<std::int32_t>(j));
            W.values.push_back(value);
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    return W;
}

inline const std::vector<std::pair<std::int64_t, double>> grcar{{-1, -1.0}, {0, 1.0}, {1, 1.0}, {2, 1.0}, {3, 1.0}};

// Every entry with |i - j| <= reach, Gaussian.
inline rhochain::csr<double, std::int32_t> random_band(std::int64_t n, std::int64_t reach, std::mt19937_64& generator) {
    std::normal_distribution<double> normal;
    rhochain::csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = std::max<std::int64_t>(0, i - reach); j <= std::min(n - 1, i + reach); ++j) {
            W.indices.push_back(static_cast<std::int32_t>(j));
            W.values.push_back(normal(generator));
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    return W;
}

}  // namespace matrices
