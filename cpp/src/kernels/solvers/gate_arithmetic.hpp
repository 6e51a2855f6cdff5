// The entrywise operations of gated cells besides their activations. Those without a space act on arrays, on one
// thread.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

namespace rhochain {

// (*) a += b and x += c. Whether every a_i + x_i is finite.
[[nodiscard]] bool add_biases(vector_in b, vector_out a, vector_in c, vector_out x, const space& S);

// y = x o y.
void multiply(array_in x, array_out y);

// y = (1 - z) o a + z o b.
void interpolate(array_in z, array_in a, array_in b, array_out y);

// y = f o c + i o g.
void sum_of_products(array_in f, array_in c, array_in i, array_in g, array_out y);

}  // namespace rhochain
