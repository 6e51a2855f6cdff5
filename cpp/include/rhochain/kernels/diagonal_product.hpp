// Y = f(W) X and Y = f(W)^T X on row-major blocks for W in diagonals (diagonals.hpp), f an entrywise map (entry_map.hpp). A row
// of Y adds up the diagonals that it meets, rising ones for W and falling ones for W^T: the bits are those of the CSR product
// (spmm.hpp), for any number of threads and any instruction set.
#pragma once

#include <rhochain/kernels/entry_map.hpp>
#include <rhochain/kernels/instruction_set.hpp>
#include <rhochain/kernels/panel_task.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/diagonals.hpp>

namespace rhochain {

// X and Y do not overlap. `then`, if given, is called for each panel of Y, which it may write.
template <storage_scalar Scalar>
void spmm(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then = nullptr, instruction_set isa = chosen_instruction_set());

template <storage_scalar Scalar>
void spmm_adjoint(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
                  const panel_task* then = nullptr, instruction_set isa = chosen_instruction_set());

}  // namespace rhochain
