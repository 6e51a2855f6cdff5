// Dense products with row-major blocks, f an entrywise map (entry_map.hpp):
//     Y = f(W) X        W: rows x cols,  X: cols x b,  Y: rows x b
//     Y = f(W)^T X      X: rows x b,  Y: cols x b
// The order of every sum depends on the shapes alone, not on threads or instruction set. X and Y do not overlap.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/dense.hpp>

namespace rhochain {

template <storage_scalar Scalar>
void gemm(const dense_view<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          instruction_set isa = chosen_instruction_set());

template <storage_scalar Scalar>
void gemm_adjoint(const dense_view<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
                  instruction_set isa = chosen_instruction_set());

}  // namespace rhochain
