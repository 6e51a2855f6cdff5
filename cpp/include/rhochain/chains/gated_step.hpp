// One factor J of a chain of gated cells, n units, U = [U_1; ..; U_G] = 2^e A (G n x n) the recurrent weights stacked
// gate by gate, so that a step costs one product z = U x with all of them, z_g = U_g x in R^n:
//     GRU   G = 3, gates r, z, n; the state h in R^n is what is carried from step to step:
//           y = sum_g m_g o z_g + k o v,                z = U v                                              J is n x n
//     LSTM  G = 4, gates i, f, g, o; the state [h; c] in R^2n, of which c is carried and h goes out through the gate o:
//           y_c = sum_{g<4} m_g o z_g + k o v_c,        z = U v_h
//           y_h = p o z_4 + q o y_c                                                                        J is 2n x 2n
// and backward J^T with one product U^T [..], stacked in the same order:
//     GRU   y = U^T [m_1 o v; m_2 o v; m_3 o v] + k o v
//     LSTM  w = v_c + q o v_h,   y_c = k o w,   y_h = U^T [m_1 o w; m_2 o w; m_3 o w; p o v_h]
// A GRU is the LSTM without the way out: one set of coefficients, one code for both.
//
// Coefficients with PyTorch's cells, all products entry by entry:
//     GRU   r, z = sigmoid(..),  s = U_n h + b_n,  n = tanh(W_in x + b_in + r s),  h' = (1 - z) n + z h
//           t = (1 - z)(1 - n^2)
//           m_r = t s r (1 - r),   m_z = (h - n) z (1 - z),   m_n = t r,   k = z
//     LSTM  i, f, o = sigmoid(..),  g = tanh(..),  c' = f c + i g,  h' = o tanh(c')
//           m_i = g i (1 - i),   m_f = c f (1 - f),   m_g = i (1 - g^2),   k = f,   p = T o (1 - o),   q = o (1 - T^2)
//           with T = tanh(c')
// Source: differentiation of the cells of torch.nn.GRU (Cho et al. 2014) and torch.nn.LSTM (Hochreiter & Schmidhuber
// 1997, with a forget gate).
#pragma once

#include <rhochain/chains/chain_run.hpp>
#include <rhochain/operators/linear_operator.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

enum class gated_cell { gru, lstm };

// G, the blocks of n rows in U.
[[nodiscard]] constexpr std::int64_t gate_count(gated_cell cell) { return cell == gated_cell::gru ? 3 : 4; }

// Blocks of n entries in a state: 1 or 2.
[[nodiscard]] constexpr std::int64_t state_blocks(gated_cell cell) { return cell == gated_cell::gru ? 1 : 2; }

// Throws std::invalid_argument unless U has the shape (G n, n).
void require_gate_blocks(operator_ref U, gated_cell cell, const char* what);

// J = 2^exponent times what the coefficients say with A for U. Each has n entries; p and q are null for a GRU.
struct gated_step {
    const double* m[3];
    const double* k;
    const double* p;
    const double* q;
    std::int64_t exponent;
};

// Y = 2^-exponent J V or J^T V and squares[c] = sum_i Y_ic^2, in an order that depends on the shape alone, V of
// state_blocks(cell) n rows. T (G n x b) is scratch. V, T and Y do not overlap.
void apply_step(operator_ref A, const gated_step& step, direction d, const_block V, mutable_block T, mutable_block Y,
                std::span<double> squares, int threads);

}  // namespace rhochain
