// Reductions over all entries of vectors in R^n, float64. Those with a space (space.hpp) are collective and act on a
// vector of which each rank holds its slice, and use the threads of the space. A sum adds 8 interleaved partial sums in
// a chunk, then the chunks in the order of partial_sums.hpp. Those without a space act on an array, on one thread: a
// panel, or a small array that all ranks have.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

using array_in = std::span<const double>;
using array_out = std::span<double>;

// g(m) = m u / (1 - m u), u = 2^-53: with m = S.sum_depth() it bounds the relative rounding error of a sum over S of
// terms of one sign.
[[nodiscard]] double rounding_gamma(std::int64_t m);

// The depth of a sum over an array of n numbers.
[[nodiscard]] std::int64_t sum_depth(std::int64_t n);

[[nodiscard]] double dot(vector_in x, vector_in y, const space& S);
[[nodiscard]] double dot(array_in x, array_in y);

// ||x||_2 without under- or overflow on the way.
[[nodiscard]] double norm2(vector_in x, const space& S);
[[nodiscard]] double norm2(array_in x);

// The same where ||x||^2 is known. Reads x only if the square has left the range.
[[nodiscard]] double norm2(double squared, vector_in x, const space& S);

[[nodiscard]] double sum(vector_in x, const space& S);
[[nodiscard]] double sum(array_in x);

// max |x_i|; NaN if an entry is NaN.
[[nodiscard]] double max_abs(vector_in x, const space& S);
[[nodiscard]] double max_abs(array_in x);

// Whether every entry is finite, and whether every entry is 0.
[[nodiscard]] bool is_finite(vector_in x, const space& S);
[[nodiscard]] bool is_zero(vector_in x, const space& S);

struct extremes {
    double lowest;
    double highest;
};

// The smallest and largest y_i / x_i over x_i > 0; {+inf, 0} without such an x_i.
[[nodiscard]] extremes ratio_extremes(vector_in y, vector_in x, const space& S);

}  // namespace rhochain
