// Magnitudes of the columns X_c of a row-major block X (n x b), and powers of two that scale them, exactly within the
// normal range.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// (*) max_i |X_ic|; NaN if an entry is NaN.
[[nodiscard]] double largest_in_column(block_in X, std::int64_t c, const space& S);

// (*) ||X_c||_2 without under- or overflow on the way: a pass for the largest entry, one for the squares, from first
// to last.
[[nodiscard]] double careful_norm(block_in X, std::int64_t c, const space& S);

// X_c = 2^exponents[c] X_c for every column, as ldexp rounds.
void rescale_columns(std::span<const int> exponents, block_out X, const space& S);

}  // namespace rhochain
