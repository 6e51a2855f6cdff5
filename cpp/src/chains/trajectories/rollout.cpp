#include <rhochain/chains/trajectories/rollout.hpp>
#include "chains/rows/vector_requirements.hpp"
#include "kernels/solvers/leaky_update.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

rollout::rollout(chain_rule rule, const activation& sigma, std::vector<double> start, std::int64_t steps,
                 RolloutOptions options)
    : rule_(std::move(rule)), sigma_(sigma), start_(std::move(start)), steps_(steps), options_(std::move(options)) {
    const std::int64_t n = size();
    rule_.leak.require_length(domain());
    require_length("x0", start_, domain());
    require_finite("x0", start_, domain());
    if (steps < 0) throw std::invalid_argument("steps: got " + std::to_string(steps) + ", expected at least 0");
    // A rank without entries has an empty bias.
    if (domain().any(!options_.bias.empty())) {
        require_length("bias", options_.bias, domain());
        require_finite("bias", options_.bias, domain());
    }
    if (!(std::isfinite(options_.noise) && options_.noise >= 0.0))
        throw std::invalid_argument("noise: got " + std::to_string(options_.noise) + ", expected at least 0");
    if (!options_.inputs) {
        if (options_.input_weights)
            throw std::invalid_argument("input_weights: got a matrix, expected none without inputs");
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
    if (options_.input_weights) options_.input_weights = options_.input_weights->normalised();
}

rollout_stepper::rollout_stepper(const rollout& trajectory)
    : trajectory_(&trajectory),
      S_(trajectory.domain()),
      values_(static_cast<std::size_t>(S_.length())),
      slopes_(static_cast<std::size_t>(S_.length())),
      drive_(static_cast<std::size_t>(S_.length())) {
    constexpr std::int64_t input_bytes = std::int64_t{1} << 22;
    const RolloutOptions& o = trajectory.options_;
    if (o.input_weights || o.noise > 0.0) extra_.resize(static_cast<std::size_t>(S_.length()));
    if (o.inputs) inputs_.emplace(*o.inputs, 0, input_bytes, input_space(), block_start::asked);
}

const space& rollout_stepper::input_space() const {
    const auto& weights = trajectory_->options_.input_weights;
    return weights ? weights->domain() : S_;
}

// values_i = sigma(x_i), slopes_i = sigma'(x_i).
void rollout_stepper::evaluate(array_in argument, std::span<double> slopes) {
    over_ranges(S_, [&](std::int64_t begin, std::int64_t end) {
        const auto first = static_cast<std::size_t>(begin);
        const auto count = static_cast<std::size_t>(end - begin);
        trajectory_->sigma_.evaluate(argument.subspan(first, count), std::span(values_).subspan(first, count),
                                     slopes.subspan(first, count));
    });
}

// drive += W_in u_k + b
void rollout_stepper::add_drive(std::int64_t k) {
    const RolloutOptions& o = trajectory_->options_;
    vector_in added;
    if (inputs_) added = as_vector(array_in(inputs_->row(k).first, static_cast<std::size_t>(input_space().length())));
    if (o.input_weights) {
        o.input_weights->apply(added, as_vector(extra_));
        if (const int e = o.input_weights->exponent(); e != 0) scale_by_power(e, as_vector(extra_), S_);
        added = as_vector(extra_);
    }
    add_terms(added, as_vector(o.bias), as_vector(drive_), S_);
}

void rollout_stepper::advance(std::int64_t k, std::span<double> x, std::span<double> s) {
    const rollout& t = *trajectory_;
    const chain_rule& rule = t.rule_;
    const bool pre = rule.form == convention::pre;
    const std::span<double> slopes = s.empty() ? std::span<double>(slopes_) : s;
    if (pre) evaluate(x, slopes);
    rule.A.apply(as_vector(pre ? array_in(values_) : array_in(x)), as_vector(drive_));
    if (const int e = rule.A.exponent(); e != 0) scale_by_power(e, as_vector(drive_), S_);
    add_drive(k);
    if (!pre) evaluate(drive_, slopes);
    const double noise = t.options_.noise;
    if (noise > 0.0) fill_gaussian(as_vector(extra_), t.options_.seed, streams::noise(k), S_);
    const vector_in moved = as_vector(pre ? drive_ : values_);
    leaky_weights weights{rule.leak.numbers()};
    vector_in kept = as_vector(x);
    if (rule.linear) {
        const vector_out of_linear = as_vector(pre ? values_ : drive_);  // no longer needed
        rule.linear->O.apply(kept, of_linear);
        if (const int e = rule.linear->O.exponent(); e != 0) scale_by_power(e, of_linear, S_);
        kept = of_linear;
        weights.c = rule.linear->weight;
    }
    if (!leaky_update(weights, kept, moved, noise, as_vector(extra_), as_vector(x), S_))
        throw std::overflow_error("rollout: the state after step " + std::to_string(k) +
                                  " is not finite: the trajectory diverges, or an input is NaN or Inf");
}

}  // namespace rhochain
