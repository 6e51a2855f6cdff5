// A factor of a chain that is a matrix 2^e A (n x n) itself, on a row-major block V (n x b):
//     forward   Y = A V,      backward   Y = A^T V,
// with the squares of the columns of Y summed as the product makes its panels.
#pragma once

#include <rhochain/chains/steps/chain_run.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <span>

namespace rhochain {

// (*) squares[c] = sum_i Y_ic^2, in an order that depends on the shape alone. With entry_map::absolute |A|. V and Y do
// not overlap.
void apply_matrix(const linear_map& A, direction d, entry_map map, block_in V, block_out Y, std::span<double> squares);

}  // namespace rhochain
