// X = Q R in place: X (n x k, n >= k, row-major) becomes Q, Q^T Q = I to a few units in the last place, R upper
// triangular with R_jj >= 0. A column becomes zero with R_jj = 0 if it is zero, or if its part outside the span of the
// columns before it is less than `lost_fraction` of it and so only rounding. The other columns are orthonormal.
// CholeskyQR2 where the pivots of X^T X, its columns scaled to one size, are large enough; else Gram-Schmidt, each
// column twice. Sources: Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015 (CholeskyQR2); Giraud, Langou, Rozloznik & van
// den Eshof 2005 (twice is enough).
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <span>

namespace rhochain {

inline constexpr double lost_fraction = 0x1p-42;

// (*) Column norms of X lie within [2^-64, 2^64] or are 0. `diagonal` receives R_jj and R, unless empty, the whole
// factor, k x k, row-major. Returns the least R_jj / ||x_j|| of the columns with R_jj > 0, 1 without such a column:
// cancellation magnifies rounding by its inverse.
double orthonormalise(block_out X, std::span<double> diagonal, const space& S, std::span<double> R = {});

}  // namespace rhochain
