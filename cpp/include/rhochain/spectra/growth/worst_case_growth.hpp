// The worst-case growth rate of a recurrent network with Jacobians J(S) = I - A + A W S, A = diag(a) the leaks, one for
// all neurons or one for each, S diagonal with entries in [lo, hi]:
//     R = sup over cycles S_1 .. S_p of rho(J(S_p) .. J(S_1))^(1/p),
// a joint spectral radius. If an upper bound of R is below 1, every gradient vanishes, whatever the inputs. If a lower
// bound is above 1, some slopes that the activation allows make it explode: the cycle behind the bound is a witness.
//
// Upper: the numerical radius of D W D^-1 with a D that is searched for (Theorems E and F in
// docs/theory/26-worst-case-growth.md), PROBABLE(delta); rho(|W|), PROVED. Lower: the product of a cycle of slopes
// found by ascent, its dominant eigenvalue isolated by deflation, PROBABLE(delta); Collatz-Wielandt where W is
// nonnegative up to a signature, PROVED. Without a leak R is the largest of its values over the strongly connected
// components. For lo = hi it is a radius (leaky_radius.hpp). With a leak for each neuron the upper end is that of
// mu_D(W) (Theorem G).
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

struct SlopeRange {
    double lo = 0.0;
    double hi = 1.0;
    double leak = 1.0;                   // a, in (0, 1]
    std::span<const double> leaks = {};  // one a for each neuron, a vector of W.domain(), in place of `leak`
};

struct WorstCaseGrowth {
    Bracket bracket;                   // of R
    std::int64_t period = 0;           // p; 0 without a witness
    std::vector<std::uint8_t> active;  // p x n, row-major, row 0 acts first: 1 where the slope is hi, 0 where it is lo
    // For slopes in [g lo, g hi]: R < 1 for g < vanishes_below.value, and R > 1 for g > explodes_above.value.
    Bound vanishes_below;
    Bound explodes_above;
};

// options.delta holds for each side by itself. Throws std::invalid_argument unless W is square, lo <= hi, hi > 0 and
// 0 < a <= 1 for every leak. Memory: that of numerical_radius, and p (n / 8 + 8 n) bytes for a cycle of p <= 16 slopes.
[[nodiscard]] WorstCaseGrowth worst_case_growth(const linear_map& W, const SlopeRange& slopes,
                                                const SolverOptions& options = {});

}  // namespace rhochain
