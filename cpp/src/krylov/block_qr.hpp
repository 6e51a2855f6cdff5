// X = Q R in place: X (n x k, n >= k, row-major) becomes Q, Q^T Q = I to a few units in the last place, R upper
// triangular with R_jj >= 0. A column that is zero, or whose part outside the span of those before it is less than
// `lost_fraction` of it and so no more than rounding, becomes zero with R_jj = 0; the other columns stay orthonormal.
// CholeskyQR2 where X^T X, its columns scaled to one size, leaves no doubt; else Gram-Schmidt, each column twice.
// Sources: Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015 (CholeskyQR2); Giraud, Langou, Rozloznik & van den Eshof
// 2005 (twice is enough).
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/block.hpp>

#include <span>

namespace rhochain {

inline constexpr double lost_fraction = 0x1p-42;

// Column norms of X lie within [2^-64, 2^64] or are 0. diagonal: R_jj; R: all of it, k x k, row-major, where it has room.
// Returns the least R_jj / ||x_j|| of the columns
// with R_jj > 0, 1 without any: its inverse is what cancellation magnifies rounding by.
double orthonormalise(mutable_block X, std::span<double> diagonal, const space& S, std::span<double> R = {});

}  // namespace rhochain
