// Discs that hold the eigenvalues of a dense A, n x n, PROVED, and with them bounds of rho, from an approximate
// eigenbasis X, Y ~ X^-1, D, N as in kernels/solvers/block_diagonal.hpp.
//
// Theorem. Let R = A X - X (D + N), |I - Y X| <= F entrywise, F y <= phi y with phi < 1 for y_l = ||row l of Y||_2, and
// eta_j = ||column j of R||_2. Then X is regular. With z = y / (1 - phi) and any weights w > 0, equal for the two
// columns of a pair, let
//     s_l = (z_l sum_j eta_j w_j + sum_j |N_lj| w_j) / w_l
// and r = s_l for a real eigenvalue of D, r = (s_l^2 + s_m^2)^(1/2) for a pair in the columns l and m. All eigenvalues
// of A lie in the union of the discs with these radii around the eigenvalues of D. A set of discs that meets no other
// one contains as many eigenvalues as it has discs. So
//     max over such sets of min (|lambda| - r)  <=  rho(A)  <=  max (|lambda| + r),
// and the eigenvalues of A can be numbered, the same way for all w, so that the one of lambda_i lies in the connected
// union of discs that holds disc i: within max_j (|lambda_i - lambda_j| + r_j), j over the union.
// Proof. X^-1 A X = D + H, H = N + (Y X)^-1 Y R, and |Y R| <= y eta^T, |(Y X)^-1 y| <= sum_k F^k y <= z: so |H| w <= W
// s. For an eigenpair (mu, v) of D + H take the block of v with the largest ||v_l||_2 / w_l: (mu - D_l) v_l = (H v)_l,
// and D_l is normal. For D + t H, 0 <= t <= 1, the discs are no larger, so none of n continuous eigenvalues, which
// start in the lambda_i, leaves its union (Gershgorin 1931); they do not depend on w.
//
// Rounding: each product of matrices errs by at most g(n) |A| |B|, of which |Y| passes norms of columns by Cauchy and
// Schwarz; all other sums have terms of one sign. Cost: the Schur form, 10 n^3 operations for X, Y and the two
// products; memory 100 n^2 bytes.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace rhochain {

struct radius_discs {
    double lower = 0.0;
    double upper = std::numeric_limits<double>::infinity();
    std::string failure;  // why there are no discs; empty where there are
    // The eigenvalue of the largest modulus, with Im >= 0, its vectors A x = theta x, A^T y = theta y, unless there are
    // no discs, and the modulus of the next eigenvalue that is no closer than 1e-8; NaN without one.
    std::complex<double> theta;
    std::vector<std::complex<double>> right, left;
    double runner_up = std::numeric_limits<double>::quiet_NaN();

    [[nodiscard]] bool found() const { return failure.empty(); }
};

struct eigenvalue_disc {
    std::complex<double> value;
    double radius;                                  // of the numbering; infinity where nothing is proved
    std::vector<std::complex<double>> right, left;  // A x = value x, A^T y = value y, approximately
};

// Both hold for every matrix within `error` of A in the Frobenius norm. Entries have moduli of at most about 1.
// n <= 4096.
[[nodiscard]] radius_discs enclose_radius(std::span<const double> A, std::int64_t n, double error);

// All n, in no order, conjugates one after the other. Empty if the QR iteration or the basis fails.
[[nodiscard]] std::vector<eigenvalue_disc> enclose_eigenvalues(std::span<const double> A, std::int64_t n, double error);

}  // namespace rhochain
