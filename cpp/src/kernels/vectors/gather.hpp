// Rows of a block by their indices, counted from the start of the vector. Each rank changes the rows that it holds.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// Row i of X becomes 0 for each i in `rows`.
void zero_rows(std::span<const std::int64_t> rows, block_out X, const space& S);

}  // namespace rhochain
