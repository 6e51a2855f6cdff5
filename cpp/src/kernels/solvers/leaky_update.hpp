// The update of a state x with leak a, 0 < a <= 1,
//     x' = (1 - a) x + a y + noise xi,
// and its solution for y. Each entry is computed by itself.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

namespace rhochain {

// y += added + bias, in this order; either may be empty, for 0.
void add_terms(vector_in added, vector_in bias, vector_out y, const space& S);

// (*) x = x' as above. Does not read xi if noise = 0. Returns whether every entry is finite.
[[nodiscard]] bool leaky_update(double leak, vector_in y, double noise, vector_in xi, vector_out x, const space& S);

// y = (x' - (1 - a) x) / a, for an array.
void solve_leaky_update(double leak, array_in before, array_in after, array_out y);

}  // namespace rhochain
