// A X = X (D + N) and Y = X^-1, nearly, from the real Schur form U^T A U = T of an n x n matrix: D holds the
// eigenvalues, a real one alone and a conjugate pair a +- b i as the normal block [[a, b], [-b, a]]; N is strictly
// upper triangular and 0 unless eigenvectors are nearly parallel.
//
// T V = V (D + N) for halves of T: with T1 V1 = V1 D1, T2 V2 = V2 D2 and C = V1^-1 T12 V2,
//     V = [[V1, V1 G], [0, V2]],  V^-1 = [[V1^-1, -G V2^-1], [0, V2^-1]],  D1 G - G D2 = -C.
// The last equation falls into one for each pair of eigenvalues. Where its solution exceeds `most`, it is left out: the
// entry of G is 0 and C remains in N (Bavely & Stewart 1979).
#pragma once

#include "kernels/solvers/real_schur.hpp"

#include <complex>
#include <cstdint>
#include <vector>

namespace rhochain {

// An entry of N.
struct coupling {
    std::int64_t row, column;
    double value;
};

struct block_diagonal_form {
    std::int64_t n = 0;
    std::int64_t stride = 0;  // between rows of X and Y
    buffer<double> X;         // entries beyond n x n are 0
    buffer<double> Y;
    std::vector<std::complex<double>> values;  // of column j; of a pair a + b i, b > 0, comes first
    std::vector<coupling> N;                   // rising columns
    bool finite = false;
};

[[nodiscard]] block_diagonal_form block_diagonalise(real_schur_form schur, double most);

}  // namespace rhochain
