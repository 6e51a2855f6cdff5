// Y = f(W) X on row-major blocks for W in sliced jagged diagonals (sell.hpp), f an entrywise map (entry_map.hpp).
// Each row is summed from its first entry to its last: the bits are those of the CSR product (spmm.hpp), for any number
// of threads and any instruction set.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/sell.hpp>

namespace rhochain {

// X and Y do not overlap. `then`, if given, is called for each panel of Y, whose rows it may write; Y itself then holds
// nothing to rely on.
template <storage_scalar Scalar>
void spmm(const sell<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then = nullptr, instruction_set isa = chosen_instruction_set());

}  // namespace rhochain
