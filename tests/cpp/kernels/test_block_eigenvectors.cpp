// Eigenvectors from a block diagonal form with few couplings, with many, and with no other value than 0.
#include "kernels/solvers/block_eigenvectors.hpp"

#include "matrices.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <vector>

using namespace rhochain;
using complex_numbers = std::vector<std::complex<double>>;

namespace {

// ||A x - lambda x|| / ||x||, or that of A^T.
double residual(const std::vector<double>& A, const complex_numbers& x, std::complex<double> lambda, bool transposed) {
    const std::size_t n = x.size();
    double squares = 0.0, length = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        std::complex<double> r = -lambda * x[i];
        for (std::size_t j = 0; j < n; ++j) r += (transposed ? A[j * n + i] : A[i * n + j]) * x[j];
        squares += std::norm(r);
        length += std::norm(x[i]);
    }
    return std::sqrt(squares / length);
}

}  // namespace

TEST_CASE("eigenvectors of a block diagonal form, whatever its couplings") {
    for (unsigned seed = 0; seed < 8; ++seed)
        for (const std::int64_t n : {1, 2, 3, 10, 41})
            for (const double most : {1e5, 3.0, 0.3}) {
                std::vector<double> A = matrices::random_vector(n * n, seed);
                for (double& a : A) a *= 0.2;
                const block_diagonal_form form = block_diagonalise(real_schur(A, n, true), most);
                if (most < 1.0 && n == 41) CHECK(form.N.size() > 40);
                const block_eigenvectors found = eigenvectors_of(form);
                for (std::size_t j = 0; j < form.values.size(); ++j) {
                    CHECK(residual(A, found.right[j], form.values[j], false) < 1e-10);
                    CHECK(residual(A, found.left[j], form.values[j], true) < 1e-10);
                }
            }
}

TEST_CASE("eigenvectors of a nilpotent matrix of any length are finite and in its kernel") {
    for (const std::int64_t n : {2, 5, 60}) {
        std::vector<double> J(static_cast<std::size_t>(n * n), 0.0);
        for (std::int64_t i = 0; i + 1 < n; ++i) J[static_cast<std::size_t>(i * n + i + 1)] = 1.0;
        const block_diagonal_form form = block_diagonalise(real_schur(J, n, true), 1e2);
        const block_eigenvectors found = eigenvectors_of(form);
        for (std::size_t j = 0; j < form.values.size(); ++j) {
            CHECK(residual(J, found.right[j], 0.0, false) < 1e-14);
            CHECK(residual(J, found.left[j], 0.0, true) < 1e-14);
        }
    }
}
