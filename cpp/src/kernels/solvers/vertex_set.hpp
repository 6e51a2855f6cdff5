// A growing set of vertices as a vector x: x_i = w_i, the weight of vertex i, for the vertices in the set, 0 for all
// others. Indices are counted from the start of the vector.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>

namespace rhochain {

// w_i <- 1 + |w_i|.
void make_weights(vector_out w, const space& S);

// (*) The first i with w_i != 0; below 0 without one.
[[nodiscard]] std::int64_t first_weighted(vector_in w, const space& S);

// Vertex i joins the set.
void join(std::int64_t i, vector_in w, vector_out x, const space& S);

// (*) Every vertex with |y_i| > threshold joins the set. Returns how many were not in it; a weight of 0 counts each
// time.
[[nodiscard]] std::int64_t join_where_above(double threshold, vector_in y, vector_in w, vector_out x, const space& S);

}  // namespace rhochain
