#include "spectra/radius/power_filter.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/infinity.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/vectors/state_archive.hpp"
#include "krylov/short_products.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace rhochain {

power_filter::power_filter(irreducible_block block, std::uint64_t seed, std::uint64_t stream, double delta,
                           double error)
    : block_(std::move(block)),
      x_(block_.domain()),
      before_(block_.domain()),
      oldest_(block_.domain()),
      start_component_(0.5 * std::sqrt(std::numbers::pi) * delta),
      error_(error),
      upper_{std::numeric_limits<double>::infinity(), Grade::probable, delta, "powers of a random start"},
      settled_{upper_.value, Grade::probable, delta, "powers of a random start, settled on their recurrence"} {
    constexpr double log_2_over_root_pi = 0.12078223763524522235;
    log_constant_ = log_2_over_root_pi - std::log(delta);
    block_.draw(x_, seed, stream);
    log_norms_.push_back(std::log(norm2(x_, block_.domain())));
}

void power_filter::step() {
    if (vanished_) return;
    excess_ = std::numeric_limits<double>::infinity();
    block_.map().apply(x_, oldest_);
    std::swap(oldest_, before_);
    std::swap(before_, x_);
    const double length = norm2(x_, block_.domain());
    if (steps() == 0) require_long_products(block_.map(), length, std::exp(log_norms_.front()));
    const scaled norm = scaled::normalised(length, exponent_);
    vanished_ = norm.mantissa == 0.0;
    log_norms_.push_back(norm.log_abs());
    // Rescaling is exact, and rare: only entries far from 1 need it.
    constexpr std::int64_t drift = 64;
    const std::int64_t own_exponent = norm.exponent - exponent_;
    if (std::abs(own_exponent) > drift && !vanished_) {
        const int power = -static_cast<int>(own_exponent);
        scale_by_power(power, x_, block_.domain());
        scale_by_power(power, before_, block_.domain());
        if (steps() > 1) scale_by_power(power, oldest_, block_.domain());
        exponent_ += own_exponent;
    }
    const double log_bound = (log_constant_ + log_norms_.back()) / static_cast<double>(steps());
    const double bound = std::exp(log_bound) * (1.0 + 0x1p-40);
    if (bound < upper_.value) upper_.value = bound;
}

void power_filter::exchange(state_archive& s) {
    constexpr std::int64_t farthest = std::int64_t{1} << 50;
    for (vector_block* x : {&x_, &before_, &oldest_}) s(*x, block_.domain());
    s(recurrence_.degree);
    for (double* number : {&recurrence_.a, &recurrence_.b, &recurrence_.remainder, &recurrence_.growth, &excess_})
        s(*number);
    s(recurrence_.first);
    s(recurrence_.second);
    s.within(exponent_, -farthest, farthest);
    s(log_norms_);
    s(vanished_);
    s(upper_.value);
    s(settled_.value);
    s.require((recurrence_.degree == 1 || recurrence_.degree == 2) && !log_norms_.empty());
}

double power_filter::excess_of(const power_recurrence& p, double step_error) const {
    const double theta = p.modulus();
    if (!(p.remainder < infinity) || !(theta > 0.0)) return infinity;
    const auto last = static_cast<std::size_t>(steps() - p.degree);  // of v_0
    const double log_theta = std::log(theta);
    // An eigenvalue of modulus theta at least has |y^* v_0| >= theta^last component, its rounding taken off.
    double component = start_component_ * (1.0 - 0x1p-40);
    for (std::size_t j = 1; j <= last; ++j)
        component -= step_error * std::exp(log_norms_[j - 1] - static_cast<double>(j) * log_theta) * (1.0 + 0x1p-30);
    if (!(component > 0.0)) return infinity;
    // Of p(lambda), |lambda| <= 2 theta.
    const double steps_error = p.degree == 1 ? step_error : step_error * (2.0 * theta + std::abs(p.a) + p.growth);
    const double quotient =
        std::exp(log_norms_[last] - static_cast<double>(last) * log_theta) * (p.remainder + steps_error) / component;
    const double excess = p.excess_where(quotient * (1.0 + 0x1p-30)) / theta;
    return excess <= 1.0 ? excess : infinity;
}

void power_filter::tighten(double step_error) {
    excess_ = std::numeric_limits<double>::infinity();
    if (vanished_ || steps() < 3) return;
    const space& S = block_.domain();
    const auto take = [&](const power_recurrence& p) {
        const double excess = excess_of(p, step_error);
        const double bound = p.modulus() * (1.0 + excess) * (1.0 + 0x1p-50);
        settled_.value = std::min(settled_.value, bound);
        return excess;
    };
    recurrence_ = fit_recurrence(before_, x_, S);
    excess_ = take(recurrence_);
    constexpr double settled = 1e-8;
    if (recurrence_.relative() <= settled) return;
    const power_recurrence wider = fit_recurrence(oldest_, before_, x_, S);
    const double excess = take(wider);
    if (!(wider.relative() < recurrence_.relative())) return;
    recurrence_ = wider;
    excess_ = excess;
}

void power_filter::fit(int degree) {
    excess_ = std::numeric_limits<double>::infinity();
    const space& S = block_.domain();
    recurrence_ = degree == 1 ? fit_recurrence(before_, x_, S) : fit_recurrence(oldest_, before_, x_, S);
}

ritz_pair power_filter::settled_pair() const {
    return pair_of(recurrence_, recurrence_vector(0), recurrence_vector(1), block_.domain());
}

vector_in power_filter::recurrence_vector(int i) const {
    const int back = recurrence_.degree - i;
    return back == 0 ? x_ : back == 1 ? before_ : oldest_;
}

bool power_filter::exceeds(double r) const {
    const double log_r = std::log(r), log_error = std::log(error_);
    // Each logarithm of a norm, and each multiple of ln r, rounds by less than 2^-50 of itself.
    const auto part = [&](double log_norm, std::int64_t j) {
        if (std::isinf(log_norm)) return 0.0;  // the norm is 0
        const double log = log_norm - static_cast<double>(j) * log_r;
        return std::exp(log + 0x1p-48 * (1.0 + std::abs(log_norm) + static_cast<double>(j) * std::abs(log_r)));
    };
    double total = part(log_norms_.back(), steps());
    for (std::int64_t j = 0; j < steps(); ++j)
        total += part(log_error + log_norms_[static_cast<std::size_t>(j)], j + 1);
    return std::log(total) + log_constant_ < -0x1p-30;
}

Bound power_filter::upper() const {
    Bound bound = upper_;
    if (error_ == 0.0) return settled_.value < bound.value ? settled_ : bound;
    constexpr double first_step = 0x1p-14;
    constexpr int most_steps = 80;
    // Below e the second sum alone exceeds 1.
    bound.value = std::max(bound.value, error_);
    double factor = 1.0 + first_step;
    for (int step = 0; !exceeds(bound.value); ++step) {
        bound.value *= factor;
        factor = std::min(2.0, factor * factor);
        if (step == most_steps) bound.value = std::numeric_limits<double>::infinity();
        if (!std::isfinite(bound.value)) break;
    }
    return settled_.value < bound.value ? settled_ : bound;
}

double power_filter::growth_rate(std::int64_t from, std::int64_t to) const {
    if (from == to || vanished_) return 0.0;
    const double gain = log_norms_[static_cast<std::size_t>(to)] - log_norms_[static_cast<std::size_t>(from)];
    return std::exp(gain / static_cast<double>(to - from));
}

// Products with a small block cost next to nothing, and each tightens the upper bound. A block of some hundred vertices
// takes milliseconds. In a large one the steps have to resolve a disk of eigenvalues.
std::int64_t most_filter_steps(std::int64_t n) {
    constexpr std::int64_t small = 256;
    constexpr std::int64_t most = 2048;
    if (n <= small) return 512;
    const auto quick = static_cast<std::int64_t>(4.0 * std::sqrt(static_cast<double>(n)));
    return std::min(most, std::max(quick, n / 8));
}

}  // namespace rhochain
