// The rate of a cycle of Jacobians (slope_cycle.hpp) with product A = J_{p-1} .. J_0, between an estimate and a graded
// lower bound.
//
// Theorem (deflation). For real A, x, y with k = y^T x != 0 and any real theta let r = A x - theta x,
// s = A^T y - theta y, Q = I - x y^T / k, P = I - y y^T / y^T y and b >= ||Q A P||_2. If
//     (eps - |y^T r| / |k|) (|theta| - b - eps) > ||Q r|| ||s|| / |k|,   0 < eps < |theta| - b,
// then exactly one eigenvalue of A, simple and real, lies within eps of theta, and no other outside the circle
// |lambda| = |theta| - eps: (|theta| - eps)^(1/p) <= rate <= (|theta| + eps)^(1/p). Proof: the Schur complement of A in
// the basis [x, U], U orthonormal with U^T y = 0, and Rouche's theorem on the circle of radius eps around theta. b:
// Golub-Kahan on Q A P from a random start (lanczos_bound.hpp).
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
