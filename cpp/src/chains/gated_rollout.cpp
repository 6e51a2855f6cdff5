#include "vector_requirements.hpp"

#include <rhochain/chains/activation.hpp>
#include <rhochain/chains/gated_rollout.hpp>
#include <rhochain/chains/row_reader.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t block_bytes = std::int64_t{1} << 23;

void check(const GatedRollout& r) {
    require_gate_blocks(r.U, r.cell, "U");
    const std::int64_t n = r.U.cols();
    const std::int64_t rows = r.U.rows();
    require_length("bias", r.bias, rows);
    require_length("input_bias", r.input_bias, rows);
    require_length("h0", r.h0, n);
    if (r.cell == gated_cell::lstm) require_length("c0", r.c0, n);
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
                                    ", expected a range within the " + std::to_string(r.inputs.count()) + " rows of inputs");
    require_finite("bias", r.bias);
    require_finite("input_bias", r.input_bias);
    require_finite("h0", r.h0);
    require_finite("c0", r.c0);
}

// One step of some units: a = U h + b and x by gates, of which a becomes the arguments of the gates; what is recorded goes to
// rows[s][i], and `next` is the carried state after it.
class unit_step {
public:
    unit_step(std::int64_t n, double* a, const double* x, double* const* rows, double* next, double* h)
        : n_(n), a_(a), x_(x), rows_(rows), next_(next), h_(h) {}

    void gru(std::int64_t first, std::int64_t last) const {
        std::vector<double> slopes(static_cast<std::size_t>(last - first));
        const double* const q = a_ + 2 * n_;
        apply_gate(sigmoid_, 0, rows_[1], first, last, slopes);
        apply_gate(sigmoid_, 1, rows_[2], first, last, slopes);
        std::copy(q + first, q + last, rows_[4] + first);
        for (std::int64_t i = first; i < last; ++i) a_[2 * n_ + i] *= rows_[1][i];
        apply_gate(tanh_, 2, rows_[3], first, last, slopes);
        for (std::int64_t i = first; i < last; ++i)
            h_[i] = next_[i] = (1.0 - rows_[2][i]) * rows_[3][i] + rows_[2][i] * rows_[0][i];
    }

    void lstm(std::int64_t first, std::int64_t last) const {
        std::vector<double> slopes(static_cast<std::size_t>(last - first));
        apply_gate(sigmoid_, 0, rows_[0], first, last, slopes);
        apply_gate(sigmoid_, 1, rows_[1], first, last, slopes);
        apply_gate(tanh_, 2, rows_[2], first, last, slopes);
        apply_gate(sigmoid_, 3, rows_[3], first, last, slopes);
        for (std::int64_t j = first; j < last; ++j) next_[j] = rows_[1][j] * rows_[4][j] + rows_[0][j] * rows_[2][j];
        evaluate(tanh_, next_, h_, first, last, slopes);
        for (std::int64_t j = first; j < last; ++j) h_[j] *= rows_[3][j];
    }

private:
    // sigma(x + a) of gate g.
    void apply_gate(const activation& sigma, std::int64_t g, double* gate, std::int64_t first, std::int64_t last,
                    std::span<double> slopes) const {
        for (std::int64_t i = g * n_ + first; i < g * n_ + last; ++i) a_[i] += x_[i];
        evaluate(sigma, a_ + g * n_, gate, first, last, slopes);
    }

    static void evaluate(const activation& sigma, const double* argument, double* value, std::int64_t first,
                         std::int64_t last, std::span<double> slopes) {
        sigma.evaluate({argument + first, slopes.size()}, {value + first, value + last}, slopes);
    }

    std::int64_t n_;
    double* a_;
    const double* x_;
    double* const* rows_;
    double* next_;
    double* h_;
    activation sigmoid_{"sigmoid"};
    activation tanh_{"tanh"};
};

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
    const std::int64_t n = rollout.U.cols();
    const std::int64_t K = rollout.end.value_or(rollout.inputs.count()) - rollout.begin;
    const bool gru = rollout.cell == gated_cell::gru;
    const int threads = resolve_threads(rollout.threads);
    const auto gates = static_cast<std::size_t>(rollout.U.rows());

    GatedRecord record{rollout.cell, n, 0, {}, {}};
    for (std::size_t s = 0; s < record.rows.size(); ++s)
        record.rows[s].resize(static_cast<std::size_t>((K + (record.has_next_row(s) ? 1 : 0)) * n));
    record.last_output.assign(rollout.h0.begin(), rollout.h0.end());
    const std::size_t carried = gru ? 0 : record.rows.size() - 1;
    const vector_in start = gru ? rollout.h0 : rollout.c0;
    std::copy(start.begin(), start.end(), record.rows[carried].begin());

    row_reader inputs(rollout.inputs, 0, block_bytes, threads);
    buffer<double> a(gates);
    buffer<double> x(gates);
    double* rows[5];
    while (record.steps < K) {
        const std::int64_t k = rollout.begin + record.steps;
        const vector_in u(inputs.row(k).first, static_cast<std::size_t>(rollout.inputs.width()));
        rollout.U.apply(record.last_output, a);
        if (rollout.W_in)
            rollout.W_in->apply(u, x);
        else
            std::copy(u.begin(), u.end(), x.begin());
        double poison = 0.0;  // NaN once an argument is NaN or Inf
        for (std::size_t p = 0; p < gates; ++p) {
            a[p] += rollout.bias[p];
            x[p] += rollout.input_bias[p];
            poison += 0.0 * (a[p] + x[p]);
        }
        if (poison != 0.0) {
            require_finite("inputs[" + std::to_string(k) + "]", u);
            throw std::overflow_error("step " + std::to_string(k) + " of the rollout left the float64 range");
        }
        for (std::size_t s = 0; s < record.rows.size(); ++s) rows[s] = record.rows[s].data() + record.steps * n;
        const unit_step step(n, a.data(), x.data(), rows, rows[carried] + n, record.last_output.data());
        parallel_ranges(threads, n, [&](std::int64_t first, std::int64_t last) {
            gru ? step.gru(first, last) : step.lstm(first, last);
        });
        ++record.steps;
        if (progress && progress(record.steps, K)) break;
    }
    return record;
}

}  // namespace rhochain
