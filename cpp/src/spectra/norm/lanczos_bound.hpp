// Upper bounds of sigma_1(W) from k steps of Golub-Kahan with a start b uniform on the unit sphere of R^n. Let b_1 be
// the component of b along the top right singular vector. Then P(|b_1| < t) <= t sqrt(2 n / pi) for 0 < t <= 1 (for
// n = 1 too, where |b_1| = 1 and the left side is 0), so that with probability at least 1 - delta the event
// 1/|b_1| <= c holds, c = max(1, sqrt(2 n / pi) / delta). On that event, for every k at once (Theorem D,
// docs/theory/11-golub-kahan.md):
//
// (1)  sigma_1 <= sigma_1(B_k) cosh( arccosh(c) / (2k - 1) ), whatever the spectrum.
// (2)  Let theta_i be the eigenvalues of T = B_k^T B_k and r_1 .. r_k the couplings of the Lanczos process with W^T W
//      (r_j = alpha_j beta_j). Its polynomial p(x) = prod (x - theta_i) has ||p(W^T W) b|| = prod r_j, hence
//      p(sigma_1^2) <= c prod r_j, and p rises beyond theta_1: sigma_1^2 is at most the root of p(x) = c prod r_j.
//      Sharper than (1) once the top of the spectrum is resolved.
#pragma once

#include <rhochain/krylov/golub_kahan.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// c = sqrt(2 n / pi) / delta, at least 1.
[[nodiscard]] double inverse_start_component(std::int64_t n, double delta);

// cosh(arccosh(c) / (2k - 1)), rounded up.
[[nodiscard]] double golub_kahan_inflation(std::int64_t n, std::int64_t k, double delta);

// The square root of the root in (2). `ritz`: the k singular values of B_k, falling; alpha and beta: k entries each.
[[nodiscard]] double lanczos_root(std::span<const double> ritz, std::span<const double> alpha,
                                  std::span<const double> beta, double c);

// sigma_1(A) is at most this with probability at least 1 - delta over the start of F: the smaller of (1) and (2), or
// sigma_1(B_k) itself for k = n. Exact arithmetic: the caller adds the backward error.
[[nodiscard]] double lanczos_upper_bound(const golub_kahan& F, double delta);

}  // namespace rhochain
