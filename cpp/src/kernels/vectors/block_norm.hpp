// ||X||_F of a block X (n x b). Sums have the order of the n b numbers as one vector (vector_ops.hpp) where b is a
// power of two: chunks of chunk_rows() numbers, and where piece_rows(n b) numbers are several chunks (row_pieces.hpp),
// those first.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

namespace rhochain {

// (*) ||X||_F without under- or overflow on the way; X becomes X / ||X||_F if that is positive and finite.
double normalise(block_out X, const space& S);

}  // namespace rhochain
