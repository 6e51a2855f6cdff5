// The rate of a cycle of Jacobians (slope_cycle.hpp) with product A = J_{p-1} .. J_0, between an estimate and a graded
// lower bound.
//
// Deflation (radius/deflation.hpp) by one vector on each side, x and y: with k = y^T x, theta real, r = A x - theta x,
// s = A^T y - theta y, Q = I - x y^T / k, P = I - y y^T / y^T y and b >= ||Q A P||_2 the resolvent of the rest is at
// most 1 / (|lambda| - b), and (|theta| - eps)^(1/p) <= rate <= (|theta| + eps)^(1/p). b: Golub-Kahan on Q A P from a
// random start (lanczos_bound.hpp).
//
// Rounding. With unit vectors x_{k+1} = fl(J_k x_k) / mu_k the errors of the steps reach A x_0 through the products
// behind them: err = sum_k ||J_{p-1} .. J_{k+1}|| / (mu_{k+1} .. mu_{p-1}) local / mu_k, local the error of one step
// on a unit vector. Four Gaussian columns bound all these norms in one sweep (Dixon 1983), those of the other side in
// another.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/cycle_vectors.hpp"
#include "spectra/growth/slope_cycle.hpp"

namespace rhochain {

struct cycle_bounds {
    Bound lower;
    Bound upper;
};

// PROBABLE(delta) bounds of the rate; 0 and infinity where the theorem does not apply. The cycle is repeated, which
// leaves its rate, while the rest of the spectrum is too close. `magnitude`: as of product_magnitude.hpp.
[[nodiscard]] cycle_bounds isolate_cycle(const slope_jacobian& J, const slope_rows& cycle, const cycle_vectors& vectors,
                                         double magnitude, double delta, std::uint64_t seed, Ledger& ledger);

// The lower one.
[[nodiscard]] Bound bound_cycle(const slope_jacobian& J, const slope_rows& cycle, const cycle_vectors& vectors,
                                double magnitude, double delta, std::uint64_t seed, Ledger& ledger);

}  // namespace rhochain
