// Combinations of the columns of a tall block X (n x k).
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/block.hpp>

#include <span>

namespace rhochain {

// Y = X C, C k x k, row-major.
void combine_columns(const_block X, std::span<const double> C, mutable_block Y, const space& S);

}  // namespace rhochain
