// The parts of a product with J = I - D + 2^e s D A, D = diag(a), s a number, besides those with A. `a` has one entry,
// for all rows, or one for each.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

namespace rhochain {

// Y = (I - D) X + 2^e s D Y
void add_kept(array_in a, double s, int e, block_in X, block_out Y, const space& S);

// T = 2^e s D X. T may be X.
void weight_by_leak(array_in a, double s, int e, block_in X, block_out T, const space& S);

// Y = (I - D) X
void keep_rest(array_in a, block_in X, block_out Y, const space& S);

// Y += (I - D) X
void add_rest(array_in a, block_in X, block_out Y, const space& S);

}  // namespace rhochain
