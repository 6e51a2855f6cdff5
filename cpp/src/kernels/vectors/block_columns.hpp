// Copies of a row-major block X (n x b) and of its columns, and columns filled with one value.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>

namespace rhochain {

// Y = X, of the same shape.
void copy_block(block_in X, block_out Y, const space& S);

// x = X_c.
void copy_column(block_in X, std::int64_t c, vector_out x, const space& S);

// The columns from `first` on become `value`.
void fill_columns(double value, std::int64_t first, block_out X, const space& S);

}  // namespace rhochain
