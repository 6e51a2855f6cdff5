// The Jacobian of one step of a GRU, as gated_step.hpp applies it, from its recorded gates and states:
//     m_r = t s r (1 - r),   m_z = (h - n) z (1 - z),   m_n = t r,   k = z,   t = (1 - z) (1 - n^2)
// entry by entry, where
//     r, z = sigmoid(..),  s = U_n h + b_n,  n = tanh(W_in x + b_in + r s),  h' = (1 - z) n + z h;
// s is recorded as q. Source: differentiation of the cell of torch.nn.GRU (Cho et al. 2014).
#pragma once

#include "chains/steps/recorded_gate.hpp"

#include <array>
#include <cstdint>

namespace rhochain {

inline constexpr std::array<recorded_gate, 5> gru_gates{
    {{"h", finite_range}, {"r", sigmoid_range}, {"z", sigmoid_range}, {"n", tanh_range}, {"q", finite_range}}};

// m_r, m_z, m_n, k, t.
inline constexpr std::int64_t gru_coefficient_rows = 5;

// Units first .. last - 1 of n, from the rows h, r, z, n and q of the step; one more row is not read. Coefficient r
// of unit i goes to coefficients[r n + i].
[[nodiscard]] coefficient_extent gru_jacobian(const std::array<const double*, 6>& rows, std::int64_t first,
                                              std::int64_t last, double* coefficients, std::int64_t n);

}  // namespace rhochain
