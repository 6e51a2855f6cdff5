// Vectors of magnitudes: the x >= 0 of Collatz-Wielandt bounds, the weights of a cycle.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/scaled.hpp>

namespace rhochain {

// x_i <- max(2^exponent |x_i|, floor).
void raise_magnitudes(int exponent, double floor, vector_out x, const space& S);

// (*) The least entry; NaN if an entry is NaN, +inf without entries.
[[nodiscard]] double least_entry(vector_in x, const space& S);

// (*) x_1 x_2 .. x_n, multiplied from the first entry to the last and normalised after each factor.
[[nodiscard]] scaled product(vector_in x, const space& S);

}  // namespace rhochain
