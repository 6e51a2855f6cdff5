// Covariant Lyapunov vectors of a chain J_0, J_1, .. (n x n) at step t: unit vectors w_1 .. w_k with
//     J_t w_i(t) = c_i(t) w_i(t + 1),
// w_i growing at the rate lambda_i of lyapunov.hpp towards the future and the past alike. Where the chain is the powers of one J they
// are its eigenvectors. Two walks: with frames Q_t and factorizations J .. J Q_t = Q_{t+m} R_{t+m} forward from step 0 past t to
// step `until`; then, for upper triangular C,
//     C_t = R_{t+m}^-1 C_{t+m},  each column normalised,
// back to t, where w = Q_t C_t. Both forget where they began: Q over the steps before t, C over those from t to `until`. Two C that
// begin as random ones tell how far the latter has gone.
// ESTIMATES. Memory: six blocks of n x k numbers, and 8 k^2 bytes a factorization after t.
// Source: Ginelli, Poggi, Turchi, Chate, Livi & Politi 2007.
#pragma once

#include <rhochain/chains/chain_ref.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

struct CovariantVectors {
    std::int64_t defined = 0;      // leading vectors that nothing annihilates on the way; the others are NaN
    std::vector<double> vectors;   // n x k, row-major
    std::vector<double> cosines;   // k x k: w_i . w_j
    std::vector<double> spread;    // k: sine of the angle between the w_i of two random C
    std::int64_t factorizations = 0;
    std::int64_t done = 0;         // steps made; not all of them: no vector is defined
};

// Throws std::invalid_argument unless 1 <= k <= n and 0 <= at <= until <= K.
[[nodiscard]] CovariantVectors covariant_vectors(const chain_ref& P, std::int64_t k, std::int64_t at, std::int64_t until,
                                                 std::uint64_t seed = 0, const chain_progress& progress = {});

}  // namespace rhochain
