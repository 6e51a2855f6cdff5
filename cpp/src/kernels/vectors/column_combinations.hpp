// Combinations of the columns of a tall block X (n x k).
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <span>

namespace rhochain {

// Y = X C, C k x k, row-major.
void combine_columns(block_in X, std::span<const double> C, block_out Y, const space& S);

}  // namespace rhochain
