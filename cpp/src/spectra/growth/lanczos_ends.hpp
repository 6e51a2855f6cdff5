// Both ends of the spectrum of a Hermitian H from k steps of Lanczos without reorthogonalisation,
//     b_{k+1} q_{k+1} = H q_k - a_k q_k - b_k q_{k-1} + f_k,      ||f_k|| <= eps, ||q_k|| <= 1,
// with real a_k and b_k. Estimates: the extreme eigenvalues of the tridiagonal T of the a_k and b_k. Bounds:
//
// Theorem. Let u be a unit eigenvector, H u = lambda u, with |u^* q_0| >= t, and mu above all eigenvalues of T. Let
// p_0 = 1, d_k = mu - a_k - b_k^2 / d_{k-1} and p_{k+1} = p_k d_k / b_{k+1}, the pivots and the Lanczos polynomials at
// mu. If
//     p_k (t - eps sum_{i<k} s_i / (p_i d_i)) > 1,      s_i = sum_{j<=i} p_j / p_i,
// then lambda < mu.
// Proof. The numbers u^* q_k satisfy the recurrence with lambda in place of H and errors of at most eps. Variation of
// constants (the Casoratian of two solutions is constant) gives |u^* q_k| >= p_k (t - eps sum ..) at lambda >= mu, as
// the p_k rise with lambda and the sum falls. But |u^* q_k| <= 1.
//
// For q_0 uniform on the unit sphere of C^n: P(|u^* q_0|^2 <= s) <= (n - 1) s. The event does not depend on k, so that
// the bounds hold for all steps together. cf. Kuczynski & Wozniakowski 1992 for exact arithmetic.
#pragma once

#include <cstdint>
#include <span>

namespace rhochain {

// a_0 .. a_{k-1} and b_1 .. b_k.
struct lanczos_numbers {
    std::span<const double> a;
    std::span<const double> b;
};

struct start_share {
    double least;  // t
    double error;  // eps
};

// t for an eigenvector of H in C^n, which fails with probability at most delta.
[[nodiscard]] double least_share(std::int64_t n, double delta);

struct spectrum_ends {
    double lowest;
    double highest;
};

// The extreme eigenvalues of T; NaN without a step.
[[nodiscard]] spectrum_ends ritz_ends(const lanczos_numbers& T);

// Upper bounds of lambda_max(H) and lambda_max(-H), each for an eigenvector with this share.
struct bounds_of_ends {
    double largest;
    double largest_of_negative;
};

// The least mu, to 2^-24 of the largest number of T, that the theorem proves to be above lambda_max(H), and
// the same for -H, whose recurrence has the numbers -a_k and b_k; infinite without one.
[[nodiscard]] bounds_of_ends bound_ends(const lanczos_numbers& T, const start_share& share);

}  // namespace rhochain
