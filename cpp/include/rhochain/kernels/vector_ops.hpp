// Vector operations in R^n, float64, with sums in a fixed order: 8 interleaved partial sums in a chunk of least_piece
// entries, then the chunks in the order of partial_sums.hpp. The order depends on n alone, never on the threads.
#pragma once

#include <cstdint>
#include <span>

namespace rhochain {

using vector_in = std::span<const double>;
using vector_out = std::span<double>;

// Longest chain of additions in a sum of n terms: its relative rounding error, for terms of one sign, is at most
// g(sum_depth(n)), with g(m) = m u / (1 - m u) and u = 2^-53.
[[nodiscard]] std::int64_t sum_depth(std::int64_t n);

// g(m) = m u / (1 - m u).
[[nodiscard]] double rounding_gamma(std::int64_t m);

[[nodiscard]] double dot(vector_in x, vector_in y, int threads);

// ||x||_2 without under- or overflow on the way.
[[nodiscard]] double norm2(vector_in x, int threads);

// The same where ||x||^2 is known: x is read only if that left the range.
[[nodiscard]] double norm2(double squared, vector_in x, int threads);

[[nodiscard]] double sum(vector_in x, int threads);
[[nodiscard]] double max_abs(vector_in x, int threads);

void axpy(double a, vector_in x, vector_out y, int threads);                     // y += a x
void combine(double a, vector_in x, double b, vector_out y, int threads);        // y = a x + b y
void scale(double a, vector_out x, int threads);                                 // x *= a
void copy_scaled(double a, vector_in x, vector_out y, int threads);              // y = a x
void fill(double value, vector_out x, int threads);

struct extremes {
    double lowest;
    double highest;
};

// The smallest and largest y_i / x_i over x_i > 0. {+inf, 0} if there is none.
[[nodiscard]] extremes ratio_extremes(vector_in y, vector_in x, int threads);

}  // namespace rhochain
