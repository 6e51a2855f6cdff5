#include "spectra/radius/power_filter.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {

power_filter::power_filter(irreducible_block block, std::uint64_t seed, std::uint64_t stream, double delta,
                           double error)
    : block_(std::move(block)),
      x_(block_.domain()),
      y_(block_.domain()),
      error_(error),
      upper_{std::numeric_limits<double>::infinity(), Grade::probable, delta, "powers of a random start"} {
    constexpr double log_2_over_root_pi = 0.12078223763524522235;
    log_constant_ = log_2_over_root_pi - std::log(delta);
    block_.draw(x_, seed, stream);
    log_norms_.push_back(std::log(norm2(x_, block_.domain())));
}

void power_filter::step() {
    if (vanished_) return;
    block_.map().apply(x_, y_);
    std::swap(x_, y_);
    const scaled norm = scaled::normalised(norm2(x_, block_.domain()), exponent_);
    vanished_ = norm.mantissa == 0.0;
    log_norms_.push_back(norm.log_abs());
    // Rescaling is exact, and rare: only entries far from 1 need it.
    constexpr std::int64_t drift = 64;
    constexpr std::int64_t most = 1000;  // 2^most is in range
    const std::int64_t own_exponent = std::clamp(norm.exponent - exponent_, -most, most);
    if (std::abs(own_exponent) > drift) {
        scale(std::ldexp(1.0, -static_cast<int>(own_exponent)), x_, block_.domain());
        exponent_ += own_exponent;
    }
    const double log_bound = (log_constant_ + log_norms_.back()) / static_cast<double>(steps());
    const double bound = std::exp(log_bound) * (1.0 + 0x1p-40);
    if (bound < upper_.value) upper_.value = bound;
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
    if (error_ == 0.0) return bound;
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
    return bound;
}

double power_filter::growth_rate(std::int64_t from, std::int64_t to) const {
    if (from == to || vanished_) return 0.0;
    const double gain = log_norms_[static_cast<std::size_t>(to)] - log_norms_[static_cast<std::size_t>(from)];
    return std::exp(gain / static_cast<double>(to - from));
}

}  // namespace rhochain
