// Operations on a diagonal scaling D = diag(exp(d)), d in R^n, and of the searches for one. Each entry is computed by
// itself: no bit depends on the threads or the ranks.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// y_i is the number within +- most that is nearest to x_i.
void clamp_entries(vector_in x, double most, vector_out y, const space& S);

// (*) The smallest and largest d_i. {+inf, -inf} if there is none.
[[nodiscard]] extremes entry_extremes(vector_in d, const space& S);

// d_i = ln(y_i / x_i) / 2 where both are positive, otherwise 0.
void half_log_ratios(vector_in y, vector_in x, vector_out d, const space& S);

// D_i = exp(d_i), d_i clamped to +- most, and inverse_i = 1 / D_i.
void exponential_pairs(vector_in d, double most, vector_out D, vector_out inverse, const space& S);

// squares_i = exp(2 d_i) and inverse_i = 1 / squares_i.
void exponential_squares(vector_in d, vector_out squares, vector_out inverse, const space& S);

// d_i += ln(c_i / r_i) / 8 with r_i = squares_i rows_i and c_i = inverse_i columns_i, brought within +- most. d_i
// stays where r_i or c_i is not positive or not finite.
void balance(vector_in squares, vector_in inverse, vector_in rows, vector_in columns, double most, vector_out d,
             const space& S);

struct gradient_step {
    double ratio;    // s^2
    double eta;      // length of the step
    double damping;  // zeta, of the change of the gradient
    double most;     // |d_i| stays within
};

// d_i += eta g_i + damping (g_i - gradient_i),  gradient_i = g_i,  with g_i = ln(ratio v_i) - ln u_i brought within
// +- 1. Both stay where neither v_i nor u_i is positive.
void move_along_gradient(const gradient_step& step, vector_in v, vector_in u, vector_out gradient, vector_out d,
                         const space& S);

// d_i -= step g_i,  g_i = (r_i - c_i) / (2 max(s_i, floor)) brought within +- 2; |d_i| stays within `most`.
void move_towards_balance(double step, double floor, vector_in r, vector_in c, vector_in s, double most, vector_out d,
                          const space& S);

// d_i = side (own_k + base_k) for the members i = C_k of a component: own has one entry for each, or for each vertex;
// base one for each, or none. base and d are arrays, d of all vertices.
void place_component(std::span<const std::int64_t> members, vector_in own, array_in base, double side, array_out d);

}  // namespace rhochain
