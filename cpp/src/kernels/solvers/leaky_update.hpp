// The update of a state x with leak a, 0 < a <= 1, one for all entries or one for each,
//     x' = c z + a y + noise xi,      z = x or, with a linear part, O x;  c = 1 - a, or a number of its own
// and its solution for y. Each entry is computed by itself.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <optional>

namespace rhochain {

// y += added + bias, in this order; either may be empty, for 0.
void add_terms(vector_in added, vector_in bias, vector_out y, const space& S);

struct leaky_weights {
    array_in a;                 // one number, or one for each entry of this process
    std::optional<double> c{};  // 1 - a if there is none
};

// (*) x = x' as above; z may be x. Does not read z where c = 0, nor xi if noise = 0. Returns whether every entry is
// finite.
[[nodiscard]] bool leaky_update(const leaky_weights& weights, vector_in z, vector_in y, double noise, vector_in xi,
                                vector_out x, const space& S);

// y = (x' - c z) / a, for an array.
void solve_leaky_update(const leaky_weights& weights, array_in z, array_in after, array_out y);

}  // namespace rhochain
