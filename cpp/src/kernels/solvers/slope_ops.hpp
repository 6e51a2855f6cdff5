// Slopes S = diag(s) at the ends of a range: s_i = hi where active_i is 1, lo where it is 0.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

using active_in = std::span<const std::uint8_t>;
using active_out = std::span<std::uint8_t>;

// Y = S X. Y may be X.
void apply_slopes(active_in active, double lo, double hi, block_in X, block_out Y, const space& S);

// (*) sum_i z_i s_i x_i
[[nodiscard]] double dot_with_slopes(vector_in z, active_in active, double lo, double hi, vector_in x, const space& S);

// (*) active_i becomes whether sign z_i x_i > 0; it stays where z_i x_i = 0. Returns the number of changes.
[[nodiscard]] std::int64_t choose_slopes(double sign, vector_in z, vector_in x, active_out active, const space& S);

// x_i becomes 0 unless x_i >= least and y_i >= ratio x_i.
void keep_ratios_above(double ratio, double least, vector_in y, vector_out x, const space& S);

}  // namespace rhochain
