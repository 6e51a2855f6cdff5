// The forward equations of an LSTM cell for some units, from a = U h + b and x = W_in u + b_in:
//     i, f, o = sigmoid(x + a),  g = tanh(x_g + a_g),  c' = f c + i g,  h' = o tanh(c')
// The rows of the step are i, f, g, o, c; the carried state is c. Source: the equations of torch.nn.LSTM.
#pragma once

#include "chains/trajectories/cell_step.hpp"

namespace rhochain {

void advance_lstm(const gate_activations& sigma, cell_units units);

}  // namespace rhochain
