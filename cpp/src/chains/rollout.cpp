#include "vector_requirements.hpp"

#include <rhochain/chains/rollout.hpp>
#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/random.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// Rows of inputs held at once.
std::int64_t input_block_rows(const row_source& rows) {
    constexpr std::int64_t block_bytes = 1 << 22;
    constexpr auto entry_bytes = static_cast<std::int64_t>(sizeof(double));
    const std::int64_t row_bytes = std::max<std::int64_t>(1, rows.width() * entry_bytes);
    return std::max<std::int64_t>(1, std::min(block_bytes, rows.block_bytes()) / row_bytes);
}

// x <- 2^exponent x
void scale_by_power(std::span<double> x, int exponent) {
    if (exponent == 0) return;
    for (double& entry : x) entry = std::ldexp(entry, exponent);
}

}  // namespace

rollout::rollout(const chain_rule& rule, const activation& sigma, std::vector<double> start, std::int64_t steps,
                 RolloutOptions options)
    : rule_(rule), sigma_(sigma), start_(std::move(start)), steps_(steps), options_(std::move(options)) {
    const std::int64_t n = rule.A.rows();
    require_length("x0", start_, n);
    require_finite("x0", start_);
    if (steps < 0) throw std::invalid_argument("steps: got " + std::to_string(steps) + ", expected at least 0");
    if (!options_.bias.empty()) require_length("bias", options_.bias, n);
    require_finite("bias", options_.bias);
    if (!(std::isfinite(options_.noise) && options_.noise >= 0.0))
        throw std::invalid_argument("noise: got " + std::to_string(options_.noise) + ", expected at least 0");
    if (!options_.inputs) {
        if (options_.input_weights) throw std::invalid_argument("input_weights: got a matrix, expected none without inputs");
        return;
    }
    if (options_.inputs->count() != steps)
        throw std::invalid_argument("inputs: got " + std::to_string(options_.inputs->count()) + " rows, expected " +
                                    std::to_string(steps) + ", one for each step");
    if (options_.input_weights && options_.input_weights->rows() != n)
        throw std::invalid_argument("input_weights: got " + std::to_string(options_.input_weights->rows()) +
                                    " rows, expected " + std::to_string(n));
    const std::int64_t width = options_.input_weights ? options_.input_weights->cols() : n;
    if (options_.inputs->width() != width)
        throw std::invalid_argument("inputs: got rows of length " + std::to_string(options_.inputs->width()) +
                                    ", expected " + std::to_string(width));
}

rollout_stepper::rollout_stepper(const rollout& trajectory, int threads)
    : trajectory_(&trajectory),
      threads_(threads),
      values_(static_cast<std::size_t>(trajectory.size())),
      slopes_(static_cast<std::size_t>(trajectory.size())),
      drive_(static_cast<std::size_t>(trajectory.size())) {
    const RolloutOptions& o = trajectory.options_;
    if (o.input_weights || o.noise > 0.0) extra_.resize(static_cast<std::size_t>(trajectory.size()));
}

vector_in rollout_stepper::input(std::int64_t k) {
    const row_source& rows = *trajectory_->options_.inputs;
    if (k < input_begin_ || k >= input_end_) {
        const std::int64_t end = std::min(rows.count(), k + input_block_rows(rows));
        input_end_ = input_begin_;  // holds nothing while it reads: a fetch may throw
        input_block_ = rows.read(k, end, input_rows_, threads_);
        input_begin_ = k;
        input_end_ = end;
    }
    return {input_block_.first + (k - input_begin_) * input_block_.stride, static_cast<std::size_t>(rows.width())};
}

// drive += W_in u_k + b
void rollout_stepper::add_drive(std::int64_t k, std::span<double> drive) {
    const RolloutOptions& o = trajectory_->options_;
    const double* added = nullptr;
    if (o.inputs) {
        const vector_in u = input(k);
        added = u.data();
        if (o.input_weights) {
            o.input_weights->apply(const_block(u), mutable_block(extra_));
            scale_by_power(extra_, o.input_exponent);
            added = extra_.data();
        }
    }
    const double* bias = o.bias.empty() ? nullptr : o.bias.data();
    if (added == nullptr && bias == nullptr) return;
    parallel_ranges(threads_, static_cast<std::int64_t>(drive.size()), [&](std::int64_t begin, std::int64_t end) {
        double* d = drive.data();
        if (added != nullptr)
            for (std::int64_t i = begin; i < end; ++i) d[i] += added[i];
        if (bias != nullptr)
            for (std::int64_t i = begin; i < end; ++i) d[i] += bias[i];
    });
}

void rollout_stepper::advance(std::int64_t k, std::span<double> x, std::span<double> s) {
    const rollout& t = *trajectory_;
    const bool pre = t.rule_.form == convention::pre;
    const double leak = t.rule_.leak;
    const auto n = static_cast<std::int64_t>(x.size());
    const std::span<double> slopes = s.empty() ? std::span<double>(slopes_) : s;
    const auto evaluate = [&](const double* argument) {
        parallel_ranges(threads_, n, [&](std::int64_t begin, std::int64_t end) {
            const auto first = static_cast<std::size_t>(begin);
            const auto count = static_cast<std::size_t>(end - begin);
            t.sigma_.evaluate({argument + begin, count}, std::span(values_).subspan(first, count),
                              slopes.subspan(first, count));
        });
    };
    if (pre) evaluate(x.data());
    t.rule_.A.apply(pre ? const_block(values_) : const_block(x), mutable_block(drive_));
    scale_by_power(drive_, t.rule_.exponent);
    add_drive(k, drive_);
    if (!pre) evaluate(drive_.data());
    const double* moved = pre ? drive_.data() : values_.data();
    const double noise = t.options_.noise;
    if (noise > 0.0) fill_gaussian(extra_, t.options_.seed, static_cast<std::uint64_t>(k), threads_);
    std::atomic<bool> finite = true;
    parallel_ranges(threads_, n, [&](std::int64_t begin, std::int64_t end) {
        double poison = 0.0;  // 0 * x: NaN once an entry is NaN or Inf
        for (std::int64_t i = begin; i < end; ++i) {
            double& at = x[static_cast<std::size_t>(i)];
            at = leak == 1.0 ? moved[i] : (1.0 - leak) * at + leak * moved[i];
            if (noise > 0.0) at += noise * extra_[static_cast<std::size_t>(i)];
            poison += 0.0 * at;
        }
        if (poison != 0.0) finite = false;
    });
    if (!finite)
        throw std::overflow_error("rollout: the state after step " + std::to_string(k) +
                                  " is not finite: the trajectory diverges, or an input is NaN or Inf");
}

}  // namespace rhochain
