// Gaussian elimination with partial pivoting on a small complex matrix A, n x n, row-major. Backward stable for all but
// contrived matrices, nothing is proved. A pivot below 2^-52 times the largest entry of A becomes that: the solution of
// a singular system is then large along a null vector of A, as in inverse iteration.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace rhochain {

// X with A X = B; B and X are n x columns, row-major.
[[nodiscard]] std::vector<std::complex<double>> solve_by_elimination(std::vector<std::complex<double>> A,
                                                                     std::vector<std::complex<double>> B,
                                                                     std::int64_t n);

}  // namespace rhochain
