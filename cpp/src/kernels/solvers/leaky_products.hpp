// The parts of a product with J = I - D + 2^e D A, D = diag(a), besides those with A. `a` has one entry, for all rows,
// or one for each.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/block.hpp>

namespace rhochain {

// Y = (I - D) X + 2^e D Y
void add_kept(vector_in a, int e, const_block X, mutable_block Y, const space& S);

// T = 2^e D X
void weight_by_leak(vector_in a, int e, const_block X, mutable_block T, const space& S);

// Y += (I - D) X
void add_rest(vector_in a, const_block X, mutable_block Y, const space& S);

}  // namespace rhochain
