// How far from its approximation an isolated eigenvalue of a real A can lie, and that it is one.
//
// X, Y: n x m approximate right and left vectors, Y orthonormal, K = Y^T X invertible; M any m x m matrix, m = 1 or 2;
//     R = A X - X M,  S = A^T Y - Y N for some N,  Q = I - X K^-1 Y^T,  P = I - Y Y^T,  C = Q A P on span(Y)^perp.
// In the basis [X, U], U orthonormal with U^T Y = 0, A is [[M + K^-1 Y^T R, K^-1 S^T U], [U^T Q R, U^T C U]].
//
// Theorem. Let mu be the eigenvalue of M of the largest modulus, mu' the other one, g(r) >= ||(C - lambda)^-1|| for all
// |lambda| >= r, shift >= ||K^-1 Y^T R||, coupling >= ||K^-1 S^T|| ||Q R||, 0 < eps < |mu| and
// d = shift + coupling g(|mu| - eps). If
//     m = 1:  eps > d                                                          (mu real), or
//     m = 2:  eps (|mu - mu'| - eps) > d (6 ||M|| + d),  2 eps < |mu - mu'|,
// then exactly one eigenvalue of A lies within eps of mu, so rho(A) >= |mu| - eps; it is real if mu is. For m = 1 no
// other has a modulus of at least |mu| - eps, so rho(A) <= |mu| + eps. If
//     m = 2:  eps (eps - |mu| + |mu'|) > d (4 ||M|| + d),  eps > |mu| - |mu'|,
// then exactly two have a modulus above |mu| - eps.
// Proof. On the circle |lambda - mu| = eps C - lambda is invertible and lambda is an eigenvalue of A exactly if
// det(M - lambda + D(lambda)) = 0, D the rest of the Schur complement, ||D|| <= d; ||M - lambda|| <= 3 ||M||. |det(M -
// lambda)| is at least the left side there, and for 2 x 2 matrices |det(B + D) - det B| <= 2 ||B|| ||D|| + ||D||^2:
// Rouche. The same on the circle |lambda| = |mu| - eps, outside of which det(M - lambda) has two roots. Single vectors
// of any length (m = 1) may stand for X and Y with P = I - y y^T / y^T y.
#pragma once

#include <complex>
#include <functional>
#include <limits>

namespace rhochain {

struct deflated_eigenvalue {
    std::complex<double> mu;
    double separation = std::numeric_limits<double>::infinity();  // |mu - mu'|; infinite for m = 1
    double gap = 0.0;                                             // |mu| - |mu'|; 0 for m = 1
    double norm = 0.0;                                            // at least ||M|| and |mu|; 0 for m = 1
    double shift = 0.0;
    double coupling = 0.0;
};

// An eps that meets the condition, within about 0.1 % of the least one; infinity where none is found. `resolvent`: g,
// infinity where it is not known.
[[nodiscard]] double isolation_radius(const deflated_eigenvalue& e, const std::function<double(double)>& resolvent);

}  // namespace rhochain
