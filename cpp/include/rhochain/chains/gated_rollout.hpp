// Runs a GRU or LSTM cell (gated_step.hpp) for some of K steps, or all, and keeps what its chain needs:
//     a = U h + b in R^{Gn},  x = W_in u_k + b_in or row k of the inputs itself + b_in, gate by gate
//     GRU    r = sigmoid(x_r + a_r),  z = sigmoid(x_z + a_z),  q = a_n,  n = tanh(x_n + r q),  h' = (1 - z) n + z h
//     LSTM   i, f, o = sigmoid(x + a),  g = tanh(x_g + a_g),  c' = f c + i g,  h' = o tanh(c')
// Memory: 5 n numbers a step, and those of one step besides.
// Source: the equations of torch.nn.GRU and torch.nn.LSTM.
#pragma once

#include <rhochain/chains/chain_run.hpp>
#include <rhochain/chains/gate_source.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/storage/buffer.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace rhochain {

// Of K steps, rows of n, one below the other: GRU h, r, z, n, q with h_0 .. h_K; LSTM i, f, g, o, c with c_0 .. c_K; all others
// K.
struct GatedRecord {
    gated_cell cell = gated_cell::gru;
    std::int64_t width = 0;
    std::int64_t steps = 0;
    std::array<buffer<double>, 5> rows;
    buffer<double> last_output;  // h_K

    // Borrows the rows.
    [[nodiscard]] gate_source gates() const;
    [[nodiscard]] bool has_next_row(std::size_t column) const {
        return column == (cell == gated_cell::gru ? 0 : rows.size() - 1);
    }
};

struct GatedRollout {
    gated_cell cell = gated_cell::gru;
    operator_ref U;                    // G n x n
    vector_in bias;                    // b, G n
    std::optional<operator_ref> W_in;  // G n x m; without, inputs have G n columns and are taken as they are
    row_source inputs;                 // K rows, one a step
    vector_in input_bias;              // b_in, G n
    vector_in h0;
    vector_in c0;  // LSTM only
    int threads = 0;
    std::int64_t begin = 0;             // the first step, from h0 and c0
    std::optional<std::int64_t> end{};  // one past the last; K by default
};

// Throws std::invalid_argument for shapes that do not fit and for numbers that are not finite, std::overflow_error
// where a step leaves the float64 range. Fewer steps if `progress` stopped it.
[[nodiscard]] GatedRecord run_gated_cell(const GatedRollout& rollout, const chain_progress& progress = {});

}  // namespace rhochain
