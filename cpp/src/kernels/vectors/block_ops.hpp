// Operations on each row, or on each entry, of a block X in R^{n x b} by itself.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>

namespace rhochain {

// X = a X.
void scale_entries(double a, block_out X, const space& S);

// Y = a X + b Y.
void combine_blocks(double a, block_in X, double b, block_out Y, const space& S);

// Y_ij = a X_i,(j - first) for the columns j = first, first + 1, .. of X; Y has others that stay as they are.
void place_columns(double a, block_in X, std::int64_t first, block_out Y, const space& S);

// squares_i = sum_j X_ij^2, from the first entry of the row to its last: a relative error of at most g(b + 1) unless a
// square underflows.
void row_squares(block_in X, vector_out squares, const space& S);

}  // namespace rhochain
