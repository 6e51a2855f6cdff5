// Y = f(W) X and Y = f(W)^T X on row-major blocks for W in diagonals (diagonals.hpp), f an entrywise map
// (entry_map.hpp). A row of Y adds up the diagonals that it meets, rising ones for W and falling ones for W^T: the bits
// are those of the CSR product (spmm.hpp), for any number of threads and any instruction set.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
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

// Y = f(W) X, each panel of it to `between`, which may change it where it lies, and Z = f(W)^T Y of what that leaves.
// The rows of Z follow those of Y that they add up, so that the entries of W are read twice from a core's cache instead
// of memory. The bits are those of the two products. X, Y and Z do not overlap.
template <storage_scalar Scalar>
void spmm_both(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, mutable_block Z,
               int threads, panel_task between, instruction_set isa = chosen_instruction_set());

// Whether the rows in between fit into that cache.
template <storage_scalar Scalar>
[[nodiscard]] bool both_in_one_sweep(const diagonals<Scalar>& W);

}  // namespace rhochain
