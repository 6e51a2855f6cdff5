// Covariant Lyapunov vectors of a chain J_0, J_1, .. (n x n) at step t: unit vectors w_1 .. w_k with
//     J_t w_i(t) = c_i(t) w_i(t + 1),
// w_i growing at the rate lambda_i of lyapunov.hpp towards the future and the past alike. Where the chain is the
// powers of one J they are its eigenvectors. First frames Q_t and factorizations forward, from step 0 past t to
// `until`,
//     J .. J Q_t = Q_{t+m} R_{t+m},
// then, for upper triangular C, back to t,
//     C_t = R_{t+m}^-1 C_{t+m},  each column normalised;   w = Q_t C_t.
// The start of Q matters less with each step before t, that of C with each step from t to `until`. Two random starts of
// C show how much it still matters.
// ESTIMATES. Memory: six blocks of n x k numbers, and 8 k^2 bytes a factorization after t.
// Source: Ginelli, Poggi, Turchi, Chate, Livi & Politi 2007.
#pragma once

#include <rhochain/chains/chain_ref.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

struct CovariantVectors {
    std::int64_t defined = 0;     // leading vectors that no factor annihilates; the others are NaN
    std::vector<double> vectors;  // n x k, row-major; the rows of this process
    std::vector<double> cosines;  // k x k: w_i . w_j
    std::vector<double> spread;   // k: sine of the angle between the w_i of two random C
    std::int64_t factorizations = 0;
    std::int64_t done = 0;  // steps made; not all of them: no vector is defined
};

// Throws std::invalid_argument unless 1 <= k <= n and 0 <= at <= until <= K.
[[nodiscard]] CovariantVectors covariant_vectors(const chain_ref& P, std::int64_t k, std::int64_t at,
                                                 std::int64_t until, std::uint64_t seed = 0,
                                                 const chain_progress& progress = {});

}  // namespace rhochain
