// W + U V with random parts, and its dense sum by a plain loop.
#pragma once

#include "matrices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/low_rank_update.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace low_rank_cases {

using doubles = std::vector<double>;

// W + U V with U and V^T n x k, row-major, and the sums by a plain loop.
struct sum_case {
    rhochain::csr<double, std::int32_t> W;
    doubles U, Vt;
    std::int64_t n, k;

    sum_case(std::int64_t n_, std::int64_t k_, double density, unsigned seed)
        : W(matrices::random_csr<double, std::int32_t>(n_, n_, density, seed)),
          U(matrices::random_vector(n_ * k_, seed + 1)),
          Vt(matrices::random_vector(n_ * k_, seed + 2)),
          n(n_),
          k(k_) {}

    [[nodiscard]] rhochain::low_rank_update update() const {
        return {rhochain::linear_map(W.view()).with(1), rhochain::as_block(rhochain::const_block(U.data(), n, k)),
                rhochain::as_block(rhochain::const_block(Vt.data(), n, k))};
    }
    // Row-major; with absolute values of each summand on request.
    [[nodiscard]] doubles dense(bool magnitudes = false) const {
        doubles D = matrices::dense(W.view());
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                double& d = D[static_cast<std::size_t>(i * n + j)];
                if (magnitudes) d = std::abs(d);
                for (std::int64_t l = 0; l < k; ++l) {
                    const double p = U[static_cast<std::size_t>(i * k + l)] * Vt[static_cast<std::size_t>(j * k + l)];
                    d += magnitudes ? std::abs(p) : p;
                }
            }
        return D;
    }
};

inline doubles magnitudes_of(doubles X) {
    for (double& x : X) x = std::abs(x);
    return X;
}

}  // namespace low_rank_cases
