#include "spectra/growth/slope_rates.hpp"
#include <rhochain/storage/infinity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rhochain {

slope_rate::slope_rate(const SlopeRange& slopes, double norm) : a_(slopes.leak), b_(1.0 - slopes.leak) {
    const double lo = std::min(slopes.lo, 0.0), hi = std::max(slopes.hi, 0.0);
    c_ = 0.5 * (lo + hi);
    tail_ = lo == 0.0 || hi == 0.0 ? 0.0 : std::sqrt(-lo) * std::sqrt(hi) * norm;
}

double slope_rate::at(std::complex<double> q, double g) const {
    return std::abs(b_ + a_ * c_ * g * q) + a_ * g * std::hypot(c_ * std::abs(q), tail_);
}

double slope_rate::of_line(const support_line& line) const { return at(std::polar(1.0, line.angle) * line.bound); }

double slope_rate::of_sector(const support_line& first, const support_line& second, double g) const {
    const double width = second.angle - first.angle;
    // Without a leak r depends on |q| alone, and rises with it.
    if (b_ == 0.0) return at(sector_bound(first.bound, second.bound, width), g);
    return at(corner(first, second), g);
}

double slope_rate::of_range(std::span<const support_line> lines, double g) const {
    constexpr double rounding = 0x1p-40;
    double r = 0.0;
    for (std::size_t j = 0; j + 1 < lines.size(); ++j) {
        const double sector = of_sector(lines[j], lines[j + 1], g);
        if (!(sector <= r)) r = sector;
    }
    return r * (1.0 + rounding);
}

double slope_rate::largest_gain(std::span<const support_line> lines) const {
    // r is convex in g, and below 1 at g = 0.
    double below = 0.0, above = 1.0;
    while (of_range(lines, above) <= 1.0) {
        below = above;
        above *= 2.0;
        if (!std::isfinite(above)) return infinity;
    }
    for (int k = 0; k < 1100 && above - below > 0x1p-48 * above; ++k) {
        const double middle = below + 0.5 * (above - below);
        (of_range(lines, middle) <= 1.0 ? below : above) = middle;
    }
    return below;
}

}  // namespace rhochain
