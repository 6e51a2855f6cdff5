// One factor J of a chain of gated cells, n units in one process, U = [U_1; ..; U_G] = 2^e A (G n x n) the recurrent
// weights stacked gate by gate, so that a step costs one product z = U x with all of them, z_g = U_g x in R^n:
//     GRU   G = 3, gates r, z, n; the state h in R^n is what is carried from step to step:
//           y = sum_g m_g o z_g + k o v,                z = U v                                              J is n x n
//     LSTM  G = 4, gates i, f, g, o; the state [h; c] in R^2n, of which c is carried and h is the output of the gate o:
//           y_c = sum_{g<4} m_g o z_g + k o v_c,        z = U v_h
//           y_h = p o z_4 + q o y_c                                                                        J is 2n x 2n
// and backward J^T with one product U^T [..], stacked in the same order:
//     GRU   y = U^T [m_1 o v; m_2 o v; m_3 o v] + k o v
//     LSTM  w = v_c + q o v_h,   y_c = k o w,   y_h = U^T [m_1 o w; m_2 o w; m_3 o w; p o v_h]
// A GRU is the LSTM without an output gate: one set of coefficients, one code for both. chains/steps/gru_jacobian.hpp
// and lstm_jacobian.hpp have the coefficients of PyTorch's cells.
// Source: differentiation of the cells of torch.nn.GRU (Cho et al. 2014) and torch.nn.LSTM (Hochreiter & Schmidhuber
// 1997, with a forget gate).
#pragma once

#include <rhochain/chains/steps/chain_run.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

enum class gated_cell { gru, lstm };

// G, the blocks of n rows in U.
[[nodiscard]] constexpr std::int64_t gate_count(gated_cell cell) { return cell == gated_cell::gru ? 3 : 4; }

// Blocks of n entries in a state: 1 or 2.
[[nodiscard]] constexpr std::int64_t state_blocks(gated_cell cell) { return cell == gated_cell::gru ? 1 : 2; }

// Throws std::invalid_argument unless U has the shape (G n, n) and its vectors lie in one process.
void require_gate_blocks(const linear_map& U, gated_cell cell, const char* what);

// J = 2^exponent times what the coefficients say with A for U. Each has n entries; p and q are empty for a GRU. t is
// the slope of h' in the argument of the gate n, through which inputs act (stack_step.hpp), and empty for an LSTM.
struct gated_step {
    vector_in m[3];
    vector_in k;
    vector_in p;
    vector_in q;
    std::int64_t exponent;
    vector_in t{};
};

// Y = 2^-exponent J V or J^T V and squares[c] = sum_i Y_ic^2, in an order that depends on the shape alone, V of
// state_blocks(cell) n rows. T (G n x b) is scratch. V, T and Y do not overlap.
void apply_step(const linear_map& A, const gated_step& step, direction d, block_in V, block_out T, block_out Y,
                std::span<double> squares);

}  // namespace rhochain
