// Sparse products with row-major blocks, f an entrywise map (entry_map.hpp):
//     Y = f(W) X        W: rows x cols,  X: cols x b,  Y: rows x b
//     Y = f(W)^T X      X: rows x b,  Y: cols x b
// Each row of W is summed from its first position to its last; each entry of the adjoint product is summed over
// the rows from first to last. Neither order depends on the threads. A sum of m terms errs by at most g(m + 1)
// times f(|W|) |X|. X and Y do not overlap.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/csr.hpp>

namespace rhochain {

// `then`, if given, is called for each panel of Y, whose rows it may write; Y itself then holds nothing to rely on.
template <storage_scalar Scalar, index_integer Index>
void spmm(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then = nullptr, instruction_set isa = chosen_instruction_set());

// Each thread owns a strip of columns and reads all of W: no copy of the matrix, no atomics.
template <storage_scalar Scalar, index_integer Index>
void spmm_adjoint(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y,
                  int threads, const panel_task* then = nullptr);

}  // namespace rhochain
