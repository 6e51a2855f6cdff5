#include <rhochain/chains/trajectories/gated_rollout.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "chains/rows/vector_requirements.hpp"
#include "chains/trajectories/gru_cell.hpp"
#include "chains/trajectories/lstm_cell.hpp"
#include "kernels/solvers/gate_arithmetic.hpp"

#include <rhochain/chains/rows/row_reader.hpp>
#include <rhochain/kernels/space/over_rows.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr std::int64_t input_block_bytes = std::int64_t{1} << 23;

void check(const GatedRollout& r) {
    require_gate_blocks(r.U, r.cell, "U");
    const space& S = r.U.domain();
    const space& stacked = r.U.range();
    require_length("bias", r.bias, stacked);
    require_length("input_bias", r.input_bias, stacked);
    require_length("h0", r.h0, S);
    if (r.cell == gated_cell::lstm) require_length("c0", r.c0, S);
    const std::int64_t rows = r.U.rows();
    if (r.W_in && r.W_in->rows() != rows)
        throw std::invalid_argument("W_in: got " + std::to_string(r.W_in->rows()) + " rows, expected " +
                                    std::to_string(rows) + ", as U has");
    const std::int64_t width = r.W_in ? r.W_in->cols() : rows;
    if (r.inputs.width() != width)
        throw std::invalid_argument("inputs: got rows of length " + std::to_string(r.inputs.width()) + ", expected " +
                                    std::to_string(width) + (r.W_in ? ", the columns of W_in" : ", the rows of U"));
    const std::int64_t end = r.end.value_or(r.inputs.count());
    if (r.begin < 0 || end < r.begin || end > r.inputs.count())
        throw std::invalid_argument("steps: got " + std::to_string(r.begin) + " to " + std::to_string(end) +
                                    ", expected a range within the " + std::to_string(r.inputs.count()) +
                                    " rows of inputs");
    require_finite("bias", r.bias, stacked);
    require_finite("input_bias", r.input_bias, stacked);
    require_finite("h0", r.h0, S);
    require_finite("c0", r.c0, S);
}

}  // namespace

gate_source GatedRecord::gates() const {
    const auto source = [this](std::size_t s) {
        const bool longer = cell == gated_cell::lstm && has_next_row(s);
        return row_source(rows[s].data(), steps + (longer ? 1 : 0), width, width);
    };
    const auto make = cell == gated_cell::gru ? gate_source::of_gru : gate_source::of_lstm;
    return make(source(0), source(1), source(2), source(3), source(4));
}

GatedRecord run_gated_cell(const GatedRollout& rollout, const chain_progress& progress) {
    check(rollout);
    const space& S = rollout.U.domain();
    const space& stacked = rollout.U.range();
    const std::int64_t n = S.length();
    const std::int64_t K = rollout.end.value_or(rollout.inputs.count()) - rollout.begin;
    const bool gru = rollout.cell == gated_cell::gru;

    GatedRecord record{rollout.cell, n, 0, {}, {}};
    for (std::size_t s = 0; s < record.rows.size(); ++s)
        record.rows[s].resize(static_cast<std::size_t>((K + (record.has_next_row(s) ? 1 : 0)) * n));
    record.last_output.assign(rollout.h0.begin(), rollout.h0.end());
    const std::size_t carried = gru ? 0 : record.rows.size() - 1;
    const array_in start = gru ? rollout.h0 : rollout.c0;
    std::copy(start.begin(), start.end(), record.rows[carried].begin());

    const space& given = rollout.W_in ? rollout.W_in->domain() : stacked;
    row_reader inputs(rollout.inputs, 0, input_block_bytes, given);
    buffer<double> a(static_cast<std::size_t>(stacked.length()));
    buffer<double> x(a.size());
    const gate_activations sigma;
    const auto advance = gru ? advance_gru : advance_lstm;
    while (record.steps < K) {
        const std::int64_t k = rollout.begin + record.steps;
        const array_in u(inputs.row(k).first, static_cast<std::size_t>(given.length()));
        rollout.U.apply(as_vector(record.last_output), as_vector(a));
        if (rollout.W_in)
            rollout.W_in->apply(as_vector(u), as_vector(x));
        else
            std::copy(u.begin(), u.end(), x.begin());
        if (!add_biases(as_vector(rollout.bias), as_vector(a), as_vector(rollout.input_bias), as_vector(x), stacked)) {
            require_finite("inputs[" + std::to_string(k) + "]", u, given);
            throw std::overflow_error("step " + std::to_string(k) + " of the rollout left the float64 range");
        }
        cell_step step{n, a, x, {}, record.rows[carried].data() + (record.steps + 1) * n, record.last_output.data()};
        for (std::size_t s = 0; s < step.rows.size(); ++s) step.rows[s] = record.rows[s].data() + record.steps * n;
        over_ranges(S, [&](std::int64_t first, std::int64_t last) { advance(sigma, cell_units(step, first, last)); });
        ++record.steps;
        if (asks_to_stop(progress, record.steps, K, S)) break;
    }
    return record;
}

}  // namespace rhochain
