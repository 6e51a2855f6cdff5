// Eigenvectors of A from A X = X (D + N), Y = X^-1 (block_diagonal.hpp): x_j = X v and y_j = Y^T u with
// (D + N) v = lambda_j v, (D + N)^T u = lambda_j u, by substitution from column j on, up for v and down for u:
//     (lambda_j - D_l) v_l = sum_m N_lm v_m.
// A divisor below 2^-52 times the largest number in D and N becomes that, as in inverse iteration. Nothing is proved.
// Without N these are the columns of X and the rows of Y.
#pragma once

#include "kernels/solvers/block_diagonal.hpp"

#include <complex>
#include <cstddef>
#include <vector>

namespace rhochain {

// A right[j] = values[j] right[j], A^T left[j] = values[j] left[j], of any length.
struct block_eigenvectors {
    std::vector<std::vector<std::complex<double>>> right, left;
};

// Of values[j], the one with Im >= 0 of a pair.
[[nodiscard]] std::vector<std::complex<double>> right_eigenvector(const block_diagonal_form& form, std::size_t j);
[[nodiscard]] std::vector<std::complex<double>> left_eigenvector(const block_diagonal_form& form, std::size_t j);

[[nodiscard]] block_eigenvectors eigenvectors_of(const block_diagonal_form& form);

}  // namespace rhochain
