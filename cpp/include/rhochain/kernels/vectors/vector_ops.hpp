// Operations on each entry of vectors in R^n, float64. Those with a space (space.hpp) act on a vector of which each
// rank holds its slice, and use the threads of the space. Those without one act on an array, on one thread.
#pragma once

#include <rhochain/kernels/vectors/reductions.hpp>

namespace rhochain {

void axpy(double a, vector_in x, vector_out y, const space& S);  // y += a x
void axpy(double a, array_in x, array_out y);
void combine(double a, vector_in x, double b, vector_out y, const space& S);  // y = a x + b y
void scale(double a, vector_out x, const space& S);                           // x *= a
void scale(double a, array_out x);
void divide(double a, vector_out x, const space& S);                    // x /= a > 0, of which 1 / a may overflow
void copy(vector_in x, vector_out y, const space& S);                   // y = x
void copy_scaled(double a, vector_in x, vector_out y, const space& S);  // y = a x
void copy_magnitudes(vector_in x, vector_out y, const space& S);        // y_i = |x_i|
void scale_by_power(int exponent, vector_out x, const space& S);        // x = 2^exponent x, as ldexp rounds
void fill(double value, vector_out x, const space& S);

}  // namespace rhochain
