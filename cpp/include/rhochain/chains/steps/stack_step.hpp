// One factor E of a chain of L layers of n units, each with the outputs of the layer below as its inputs, in one
// process. A step of the stack takes its layers from the lowest to the highest, J = E_L .. E_1, and E_l changes the
// state of layer l alone. With h' of layer l - 1 after the step beside h of layer l before it
//     z = M [h'; h],   M = [V U],
// U the recurrent weights of the layer and V those of its inputs, stacked block by block, the new state of layer l is
//     RNN   M = [V U]                              h <- t o z
//     GRU   M = [V_r U_r; V_z U_z; 0 U_n; V_n 0]   h <- m_1 o z_1 + m_2 o z_2 + m_3 o z_3 + t o z_4 + k o h
//     LSTM  M = [V U]                              c <- m_1 o z_1 + m_2 o z_2 + m_3 o z_3 + k o c
//                                                  h <- p o z_4 + q o c
// with the coefficients of gated_step.hpp. The inputs of the lowest layer are constants: there M = U, and the block z_4
// of a GRU is absent. E^T adds what M^T gives to h' of layer l - 1.
//
// The state is [h^1; ..; h^L], that of an LSTM [h^1; c^1; ..; h^L; c^L].
// Source: the chain rule for stacked layers of torch.nn.RNN, GRU and LSTM (docs/theory/34-stacks.md).
#pragma once

#include <rhochain/chains/steps/chain_run.hpp>
#include <rhochain/chains/steps/gated_step.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

enum class stack_cell { rnn, gru, lstm };

struct stack_layout {
    stack_cell cell;
    std::int64_t units;
    std::int64_t layers;

    [[nodiscard]] std::int64_t blocks() const { return cell == stack_cell::lstm ? 2 : 1; }
    [[nodiscard]] std::int64_t size() const { return layers * blocks() * units; }
    // The first row of h of a layer, counted from 0; c of an LSTM follows.
    [[nodiscard]] std::int64_t output(std::int64_t layer) const { return layer * blocks() * units; }
    // Of the M of a layer.
    [[nodiscard]] std::int64_t weight_rows(std::int64_t layer) const {
        if (cell == stack_cell::rnn) return units;
        return (cell == stack_cell::gru && layer == 0 ? 3 : 4) * units;
    }
    [[nodiscard]] std::int64_t weight_columns(std::int64_t layer) const { return (layer == 0 ? 1 : 2) * units; }
};

// Scratch of a step, for blocks of any number of columns.
struct stack_scratch {
    vector_block from, products;
};

// X (N x b) becomes E X or E^T X, E that of `layer` with its M = 2^e A and the coefficients read with the exponent e.
// Throws std::overflow_error where entries of E are beyond 2^900.
void apply_layer(const linear_map& A, const stack_layout& layout, std::int64_t layer, const gated_step& step,
                 direction d, block_out X, stack_scratch& scratch);

// squares[c] = sum_i X_ic^2 of X in S, in an order that depends on the shape alone.
void measure_state(block_out X, std::span<double> squares, const space& S);

}  // namespace rhochain
