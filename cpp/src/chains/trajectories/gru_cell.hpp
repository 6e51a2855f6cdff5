// The forward equations of a GRU cell for some units, from a = U h + b and x = W_in u + b_in:
//     r = sigmoid(x_r + a_r),  z = sigmoid(x_z + a_z),  q = a_n,  n = tanh(x_n + r q),  h' = (1 - z) n + z h
// The rows of the step are h, r, z, n, q; the carried state is h. Source: the equations of torch.nn.GRU.
#pragma once

#include "chains/trajectories/cell_step.hpp"

namespace rhochain {

void advance_gru(const gate_activations& sigma, cell_units units);

}  // namespace rhochain
