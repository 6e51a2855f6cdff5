#include <rhochain/chains/gated_rollout.hpp>
#include <rhochain/chains/row_reader.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr std::int64_t block_bytes = std::int64_t{1} << 23;

double sigmoid(double x) {
    const double e = std::exp(-std::abs(x));
    return x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

void require_length(const char* what, vector_in x, std::int64_t length) {
    if (static_cast<std::int64_t>(x.size()) != length)
        throw std::invalid_argument(std::string(what) + ": got length " + std::to_string(x.size()) + ", expected " +
                                    std::to_string(length));
}

void require_finite(const char* what, vector_in x) {
    const auto bad = std::find_if(x.begin(), x.end(), [](double v) { return !std::isfinite(v); });
    if (bad != x.end())
        throw std::invalid_argument(std::string(what) + ": got " + std::to_string(*bad) + " at position " +
                                    std::to_string(bad - x.begin()) + ", expected finite numbers");
}

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
    require_finite("bias", r.bias);
    require_finite("input_bias", r.input_bias);
    require_finite("h0", r.h0);
    require_finite("c0", r.c0);
}

// One step of unit i: a = U h + b and x by gates, what is recorded to rows[s][i]; `next` is the carried state after it.
struct unit_step {
    std::int64_t n;
    const double *a, *x;
    double* const* rows;
    double* next;
    double* h;

    void gru(std::int64_t i) const {
        const double r = sigmoid(x[i] + a[i]);
        const double z = sigmoid(x[n + i] + a[n + i]);
        const double q = a[2 * n + i];
        const double gate = std::tanh(x[2 * n + i] + r * q);
        rows[1][i] = r;
        rows[2][i] = z;
        rows[3][i] = gate;
        rows[4][i] = q;
        h[i] = next[i] = (1.0 - z) * gate + z * rows[0][i];
    }

    void lstm(std::int64_t j) const {
        const double i = sigmoid(x[j] + a[j]);
        const double f = sigmoid(x[n + j] + a[n + j]);
        const double g = std::tanh(x[2 * n + j] + a[2 * n + j]);
        const double o = sigmoid(x[3 * n + j] + a[3 * n + j]);
        rows[0][j] = i;
        rows[1][j] = f;
        rows[2][j] = g;
        rows[3][j] = o;
        next[j] = f * rows[4][j] + i * g;
        h[j] = o * std::tanh(next[j]);
    }
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
    const std::int64_t K = rollout.inputs.count();
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
        const std::int64_t k = record.steps;
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
            require_finite(("inputs[" + std::to_string(k) + "]").c_str(), u);
            throw std::overflow_error("step " + std::to_string(k) + " of the rollout left the float64 range");
        }
        for (std::size_t s = 0; s < record.rows.size(); ++s) rows[s] = record.rows[s].data() + k * n;
        const unit_step step{n, a.data(), x.data(), rows, rows[carried] + n, record.last_output.data()};
        parallel_ranges(threads, n, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i) gru ? step.gru(i) : step.lstm(i);
        });
        ++record.steps;
        if (progress && progress(record.steps, K)) break;
    }
    return record;
}

}  // namespace rhochain
