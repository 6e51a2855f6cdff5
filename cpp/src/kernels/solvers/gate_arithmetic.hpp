// The entrywise operations of gated cells besides their activations. Those without a space act on arrays, on one
// thread.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

namespace rhochain {

// (*) a += b and x += c. Whether every a_i + x_i is finite.
[[nodiscard]] bool add_biases(vector_in b, vector_out a, vector_in c, vector_out x, const space& S);

// y = x o y.
void multiply(vector_in x, vector_out y);

// y = (1 - z) o a + z o b.
void interpolate(vector_in z, vector_in a, vector_in b, vector_out y);

// y = f o c + i o g.
void sum_of_products(vector_in f, vector_in c, vector_in i, vector_in g, vector_out y);

}  // namespace rhochain
