// Y = f(W) X on row-major blocks for W in sliced jagged diagonals (sell.hpp), f an entrywise map (entry_map.hpp).
// Each row is summed from its first entry to its last: the bits are those of the CSR product (spmm.hpp), for any number
// of threads and any instruction set.
#pragma once

#include <rhochain/kernels/entry_map.hpp>
#include <rhochain/kernels/instruction_set.hpp>
#include <rhochain/kernels/panel_task.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/sell.hpp>

namespace rhochain {

// X and Y do not overlap.
template <storage_scalar Scalar>
void spmm(const sell<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          instruction_set isa = chosen_instruction_set());

// The same, each panel of it to `then`. Y is room for the whole: `then` may write the rows of its panel there.
template <storage_scalar Scalar>
void spmm(const sell<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          panel_task then);

}  // namespace rhochain
