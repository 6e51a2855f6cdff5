#include "spectra/growth/sectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rhochain {

double sector_bound(double u, double v, double a) {
    // u cos s + p sin s has its maximum where tan s = p / u.
    const double p = (v - u * std::cos(a)) / std::sin(a);
    const double s = std::atan2(p, u);
    if (!std::isfinite(u) || !std::isfinite(v)) return std::max(u, v);
    return s <= 0.0 || s >= a ? std::max(u, v) : std::hypot(u, p);
}

std::complex<double> corner(const support_line& first, const support_line& second) {
    const double a = second.angle - first.angle;
    const double across = (second.bound - first.bound * std::cos(a)) / std::sin(a);
    return std::polar(1.0, first.angle) * std::complex<double>(first.bound, across);
}

double radius_bound(std::span<const support_line> lines) {
    constexpr double rounding = 0x1p-45;
    double bound = -std::numeric_limits<double>::infinity();
    for (const support_line& line : lines)
        if (!(line.bound <= bound)) bound = line.bound;
    for (std::size_t j = 0; j + 1 < lines.size(); ++j) {
        const double sector = sector_bound(lines[j].bound, lines[j + 1].bound, lines[j + 1].angle - lines[j].angle);
        if (!(sector <= bound)) bound = sector;
    }
    return bound + rounding * std::abs(bound);
}

}  // namespace rhochain
