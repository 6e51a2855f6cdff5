// The Jacobian of one step of an LSTM, as gated_step.hpp applies it, from its recorded gates and states:
//     m_i = g i (1 - i),   m_f = c f (1 - f),   m_g = i (1 - g^2),   k = f,   p = T o (1 - o),   q = o (1 - T^2)
// with T = tanh(c'), entry by entry, where
//     i, f, o = sigmoid(..),  g = tanh(..),  c' = f c + i g,  h' = o tanh(c').
// Source: differentiation of the cell of torch.nn.LSTM (Hochreiter & Schmidhuber 1997, with a forget gate).
#pragma once

#include "chains/steps/recorded_gate.hpp"

#include <array>
#include <cstdint>

namespace rhochain {

inline constexpr std::array<recorded_gate, 5> lstm_gates{
    {{"i", sigmoid_range}, {"f", sigmoid_range}, {"g", tanh_range}, {"o", sigmoid_range}, {"c", finite_range}}};

// m_i, m_f, m_g, k, p, q.
inline constexpr std::int64_t lstm_coefficient_rows = 6;

// Units first .. last - 1 of n, from the rows i, f, g, o, c and c' of the step. Coefficient r of unit j goes to
// coefficients[r n + j].
[[nodiscard]] coefficient_extent lstm_jacobian(const std::array<const double*, 6>& rows, std::int64_t first,
                                               std::int64_t last, double* coefficients, std::int64_t n);

}  // namespace rhochain
