// The numerical range F(B) = { x^* B x : ||x|| = 1 } of a real square B from finitely many of its support lines. With
//     h(t) = max Re(e^{it} F(B)) = lambda_max( (e^{it} B + e^{-it} B^T) / 2 ),   h(-t) = h(t),
// the numerical radius is w(B) = max |F(B)| = max_t h(t). h is the support function of a convex set: between two angles
// t and t + a, 0 < a < pi,
//     h(t + s) <= (u sin(a - s) + v sin s) / sin a     if h(t) <= u and h(t + a) <= v,
// whose maximum over s in [0, a] is sector_bound(u, v, a). The right side is the support function of the corner, the
// point on both lines: so F lies in the convex hull of the corners of neighbouring lines around the circle, whether or
// not some lines are redundant.
// Source: convexity of F (Toeplitz 1918, Hausdorff 1919); Johnson 1978 for the polygon.
#pragma once

#include <complex>
#include <span>

namespace rhochain {

struct support_line {
    double angle;  // t in [0, pi]
    double bound;  // at least h(t)
};

[[nodiscard]] double sector_bound(double u, double v, double a);

// The point q with Re(e^{-it} q) = bound for both lines. F is symmetric about the real axis: the sign of t does not
// matter.
[[nodiscard]] std::complex<double> corner(const support_line& first, const support_line& second);

// An upper bound of h over the angles between the first line and the last, which rise: of w(B) for lines from 0 to pi.
[[nodiscard]] double radius_bound(std::span<const support_line> lines);

}  // namespace rhochain
