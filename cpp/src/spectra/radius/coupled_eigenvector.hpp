// Eigenvectors of D + N as in kernels/solvers/block_diagonal.hpp, for the eigenvalue theta, Im theta >= 0, of the block
// of D whose first column is `first`:
//     (D + N) c = theta c,   d^T (D + N) = d^T theta.
// N is strictly upper triangular: c is 0 below the block and follows above it by substitution, d the other way round.
// Where no coupling touches the block, c = d = e_first, or c = e_first + i e_(first + 1) and d its conjugate. A divisor
// that vanishes, as in a defective cluster, becomes one of the size of the rounding: c and d are then eigenvectors
// within rounding, nearly orthogonal. O(n + entries of N) operations for each.
#pragma once

#include "kernels/solvers/block_diagonal.hpp"

#include <complex>
#include <cstddef>
#include <vector>

namespace rhochain {

// c and d, up to factors.
[[nodiscard]] std::vector<std::complex<double>> right_coefficients(const block_diagonal_form& basis, std::size_t first);
[[nodiscard]] std::vector<std::complex<double>> left_coefficients(const block_diagonal_form& basis, std::size_t first);

}  // namespace rhochain
