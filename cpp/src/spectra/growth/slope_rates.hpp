// From the numerical range F(B) of B = D W D^-1 to a bound of the growth of J(S) = b I + a W S, b = 1 - a, S diagonal
// with entries in [lo, hi], lo <= 0 <= hi.
//
// Theorem F (docs/theory/26-worst-case-growth.md). With c = (lo + hi) / 2 and, for every q in F(B),
//     r >= |b + a c q| + a sqrt(c^2 |q|^2 - lo hi ||B||_2^2),
// every product of K Jacobians has a 2-norm of at most C kappa(D) r^K, with a C that depends on a, lo and hi alone for
// r > b. For lo = 0 and a = 1 (Theorem E): r = hi w(B), C = 2. The right side is convex in q: its maximum over the
// polygon of some support lines is reached at a corner.
#pragma once

#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include "spectra/growth/sectors.hpp"

#include <complex>
#include <span>

namespace rhochain {

class slope_rate {
public:
    // `norm`: at least ||B||_2; read only for lo < 0 < hi. Slopes above 0 are taken to reach down to 0.
    slope_rate(const SlopeRange& slopes, double norm);

    // Of slopes g [lo, hi].
    [[nodiscard]] double at(std::complex<double> q, double g = 1.0) const;
    // Estimate of r for a range that touches this line nearest to its foot.
    [[nodiscard]] double of_line(const support_line& line) const;
    // r for the part of a range between these two lines.
    [[nodiscard]] double of_sector(const support_line& first, const support_line& second, double g = 1.0) const;

    // r for a range with these lines, from 0 to pi.
    [[nodiscard]] double of_range(std::span<const support_line> lines, double g = 1.0) const;
    // The largest g with r <= 1 for slopes g [lo, hi], rounded down; infinite if there is none.
    [[nodiscard]] double largest_gain(std::span<const support_line> lines) const;

private:
    double a_;
    double b_;
    double c_;
    double tail_;  // sqrt(-lo hi) ||B||
};

}  // namespace rhochain
