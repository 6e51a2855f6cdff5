// Dense linear algebra of small matrices (projected problems, small blocks). The source file of this header is
// the only one that knows Eigen. Matrices are n x n, row-major. All results are backward stable, none is proved.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// A x_k = values[k] x_k, ordered by falling modulus, a complex pair with its positive imaginary part first.
// vectors: row-major n x n, column k is x_k, ||x_k|| = 1; empty unless asked for. Not converged if one of them is not
// finite.
struct eigen_decomposition {
    std::vector<std::complex<double>> values;
    std::vector<std::complex<double>> vectors;
    bool converged = true;
};

[[nodiscard]] eigen_decomposition eigen_decompose(std::span<const double> A, std::int64_t n, bool with_vectors);

// An orthonormal basis Q (row-major n x kept) of the invariant subspace of A that belongs to its `wanted` eigenvalues
// of largest modulus, more where that would part eigenvalues of equal modulus (a complex pair, say):
// A Q = Q (Q^T A Q). From the ordered Schur form. Not converged if that takes all of them.
struct invariant_subspace {
    std::vector<double> Q;
    std::int64_t kept = 0;
    bool converged = true;
};

[[nodiscard]] invariant_subspace dominant_subspace(std::span<const double> A, std::int64_t n, std::int64_t wanted);

// The largest singular value of the upper bidiagonal B (k x k): diagonal alpha, superdiagonal beta (k - 1 long),
// and its right singular vector, B v = sigma u, ||v|| = 1. O(k^2).
struct singular_pair {
    double sigma = 0.0;
    std::vector<double> right;
};

[[nodiscard]] singular_pair largest_singular_pair(std::span<const double> alpha, std::span<const double> beta);

// All singular values of the same B, falling; those below 1e-8 of the largest are not accurate. O(k^2).
[[nodiscard]] std::vector<double> singular_values(std::span<const double> alpha, std::span<const double> beta);

// The eigenvalues of the symmetric tridiagonal T (k x k), rising: diagonal alpha, beside it the first k - 1 of beta.
// Empty without convergence. O(k^2).
[[nodiscard]] std::vector<double> tridiagonal_values(std::span<const double> alpha, std::span<const double> beta);

// The unit eigenvector of its largest eigenvalue. O(k^3).
[[nodiscard]] std::vector<double> top_tridiagonal_vector(std::span<const double> alpha, std::span<const double> beta);

// A = R^T R: R replaces the upper triangle of A, n x n, symmetric, of which only that triangle is read. False, with A
// spoilt, unless A is positive definite to working precision.
[[nodiscard]] bool cholesky(std::span<double> A, std::int64_t n);

}  // namespace rhochain
