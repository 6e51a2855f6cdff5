// Runs a GRU or LSTM cell (gated_step.hpp) for some or all of K steps, and keeps the gates of its chain:
//     a = U h + b in R^{Gn},  x = W_in u_k + b_in or row k of the inputs itself + b_in, gate by gate,
// from which chains/trajectories/gru_cell.cpp and lstm_cell.cpp compute the gates and the next state.
// Memory: 5 n numbers a step, and those of one step besides.
// Source: the equations of torch.nn.GRU and torch.nn.LSTM.
#pragma once

#include <rhochain/chains/steps/chain_run.hpp>
#include <rhochain/chains/trajectories/gate_source.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/storage/buffer.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace rhochain {

// Of K steps, rows of n, one below the other: GRU h, r, z, n, q with h_0 .. h_K; LSTM i, f, g, o, c with c_0 .. c_K;
// all others K.
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
    linear_map U;                    // G n x n, as it is, not normalised(); its threads serve the whole run
    array_in bias;                   // b, G n
    std::optional<linear_map> W_in;  // G n x m, as it is; without it inputs have G n columns
    row_source inputs;               // K rows, one a step
    array_in input_bias;             // b_in, G n
    array_in h0;
    array_in c0;                        // LSTM only
    std::int64_t begin = 0;             // the first step, from h0 and c0
    std::optional<std::int64_t> end{};  // one past the last; K by default
};

// Throws std::invalid_argument for shapes that do not fit and for numbers that are not finite, std::overflow_error
// where a step leaves the float64 range. Fewer steps if `progress` stopped it.
[[nodiscard]] GatedRecord run_gated_cell(const GatedRollout& rollout, const chain_progress& progress = {});

}  // namespace rhochain
