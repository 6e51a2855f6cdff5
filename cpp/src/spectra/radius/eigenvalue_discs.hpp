// Discs that hold the eigenvalues of a small real B, n x n, PROVED. With computed eigenvalues theta_i, eigenvectors as
// the columns of V, Y near V^-1, R = B V - V diag(theta) and ||I - Y V||_inf < 1, V is nonsingular and
//     V^-1 B V = diag(theta) + V^-1 R,   V^-1 = (I - G)^-1 Y,   G = I - Y V,
// so that Gershgorin's theorem for rows gives discs about theta_i of radius
//     r_i = s_i + g_i max(s) / (1 - ||G||_inf),   s = |Y| |R| 1,   g = |G| 1.
// A connected union of m discs holds exactly m eigenvalues: in any numbering of them each is within
//     max_j (|theta_i - theta_j| + r_j)
// of theta_i, j over the union. R and G are charged with their rounding.
// Source: Gershgorin 1931; Rump 2001.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

struct enclosed_eigenvalue {
    std::complex<double> value;
    double radius;     // infinity where nothing is proved
    double residual;   // ||B x - value x||, ||x|| = 1
    double condition;  // 1 / |y^* x|; infinity if not known
};

// By falling modulus. Empty where the dense solver fails. `exact`: the entries of B are those of the matrix; else no
// radius is finite.
[[nodiscard]] std::vector<enclosed_eigenvalue> enclose_eigenvalues(std::span<const double> B, std::int64_t n,
                                                                   bool exact);

}  // namespace rhochain
