// Vectors that bound others entry by entry, for the proved bounds of a chain (chains/measures/chain_bounds.hpp). Each
// entry is computed by itself. x and the result may be the same vector.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

namespace rhochain {

// out_i = 0 where x_i = 0, else max(|x_i|, least).
void raise_nonzero_magnitudes(vector_in x, double least, vector_out out, const space& S);

// out_i = 0 where x_i = 0, else max(2^exponent x_i, least), as ldexp rounds.
void raise_nonzero_scaled(vector_in x, int exponent, double least, vector_out out, const space& S);

// out_i = (e_i + unit_error |v_i|) (1 + 2^-50): at least the exact e_i + unit_error |v_i|.
void add_unit_errors(vector_in e, double unit_error, vector_in v, vector_out out, const space& S);

// e = factor e + underflow.
void enlarge(double factor, double underflow, vector_out e, const space& S);

// e = 2^exponent e + underflow, the power as ldexp rounds.
void enlarge_by_power(int exponent, double underflow, vector_out e, const space& S);

}  // namespace rhochain
