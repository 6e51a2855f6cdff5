// U^T A U = T: U orthogonal, T upper triangular up to 2 x 2 blocks on its diagonal, one for each pair of conjugate
// eigenvalues, [[a, b], [c, a]] with b c < 0. Backward stable, not proved.
// Francis' double shifts (Francis 1961; Golub & Van Loan, Matrix Computations, 7.5). A sweep finds its reflections near
// the diagonal; the rest of T, and U, get all reflections of the sweep in one go.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

struct real_schur_form {
    std::int64_t n = 0;
    std::int64_t stride = 0;  // between rows of T and Ut (hessenberg.hpp)
    buffer<double> T;
    buffer<double> Ut;  // U^T; empty unless asked for
    bool converged = false;
};

// A: n x n, row-major, entries finite and of modulus at most about 1. Without U only the diagonal blocks of T are
// right.
[[nodiscard]] real_schur_form real_schur(std::span<const double> A, std::int64_t n, bool with_vectors);

}  // namespace rhochain
