// Row operations on a block X in R^{n x b}. Each row is worked on by itself, from its first entry to its last.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/block.hpp>

namespace rhochain {

// Y = diag(d) X. X and Y may be the same block.
void scale_rows(vector_in d, const_block X, mutable_block Y, const space& S);

// squares_i = sum_j X_ij^2: a relative error of at most g(b + 1) unless a square underflows.
void row_squares(const_block X, vector_out squares, const space& S);

// D_i = exp(d_i) with d_i brought within +- most, and inverse_i = 1 / D_i.
void exponential_pairs(vector_in d, double most, vector_out D, vector_out inverse, const space& S);

}  // namespace rhochain
