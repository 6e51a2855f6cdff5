// An upper bound of sigma_1(A), A (m x n), from a block of random probes. Memory: three blocks of n rows and one of m.
//
// For a polynomial p fixed in advance and m Gaussian probes z_j, with v the top right singular vector of A,
//     |p(sigma_1^2)| |v . z_j| <= ||p(A^T A) z_j||,      P(all |v . z_j| <= t) <= (t sqrt(2/pi))^m,
// so that with probability at least 1 - delta (Dixon 1983)
//     |p(sigma_1^2)| <= N,    N = sqrt(2/pi) delta^(-1/m) max_j ||p(A^T A) z_j||.
// With p(x) = T_k(2 x / guess^2 - 1), Chebyshev's polynomial, and sigma_1 = guess cosh(v/2) beyond the guess,
// p = cosh(k v): sigma_1 <= guess cosh( arccosh(N) / (2 k) ). Any guess gives a true bound, and one close to sigma_1
// the sharpest: N is then about sqrt(2/pi) delta^(-1/m) sqrt(n), which determines k for a wanted accuracy before the
// probes are drawn. Rounding: the error of the recurrence is at most about k^2 backward errors of A; N includes it.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>

namespace rhochain {

// The steps k, two products with each probe, after which the bound is at most 1 + accuracy times a sharp guess.
[[nodiscard]] std::int64_t chebyshev_steps(std::int64_t n, std::int64_t probes, double delta, double accuracy);

// `wanted`, or the finest accuracy above it that `most_steps` steps reach; at least 1e-12, as rounding limits the
// bound.
[[nodiscard]] double affordable_accuracy(std::int64_t n, std::int64_t probes, double delta, double wanted,
                                         std::int64_t most_steps);

struct chebyshev_probe {
    double guess = 1.0;  // positive
    double accuracy = 1e-3;
    double delta = 1e-9;
    std::int64_t probes = 8;
    std::uint64_t stream = 0;  // of the random numbers
    double magnitude = 0.0;    // bounds the norm of a majorant of |A|, whose products err in its units; 0: no need
};

// For A = block.map() itself, without its exponent; the probes vanish outside the block, as A does. PROBABLE(delta);
// infinite if the budget ends before the last step. Reads only the seed of `options`.
[[nodiscard]] Bound chebyshev_upper_bound(const irreducible_block& block, const chebyshev_probe& probe,
                                          const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
