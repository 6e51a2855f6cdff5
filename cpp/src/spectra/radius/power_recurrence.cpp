#include "spectra/radius/power_recurrence.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

constexpr double u = 0x1p-53;

// Roots of t^2 - a t - b without cancellation.
void find_roots(power_recurrence& p) {
    const double half = 0.5 * p.a;
    const double square = half * half + p.b;
    if (square < 0.0) {
        p.first = {half, std::sqrt(-square)};
        p.second = std::conj(p.first);
        return;
    }
    const double large = half + std::copysign(std::sqrt(square), half);
    p.first = large;
    p.second = large == 0.0 ? 0.0 : -p.b / large;
}

}  // namespace

double power_recurrence::relative() const {
    return remainder / (degree == 1 ? modulus() : modulus() * std::max(modulus(), growth));
}

double power_recurrence::excess_where(double wanted) const {
    if (degree == 1) return wanted;
    const double imaginary = first.imag();
    // |lambda - first| >= e, and |lambda - conj(first)| >= Im first for the one in the upper half plane.
    if (imaginary > 0.0) return wanted <= imaginary * imaginary ? wanted / imaginary : std::sqrt(wanted);
    const double apart = std::max(0.0, modulus() - std::abs(second)) * (1.0 - 4.0 * u);
    return 2.0 * wanted / (apart + std::sqrt(apart * apart + 4.0 * wanted));
}

power_recurrence fit_recurrence(vector_in v0, vector_in v1, const space& S) {
    power_recurrence p;
    const double n0 = norm2(v0, S), n1 = norm2(v1, S);
    if (!(n0 > 0.0) || !(n1 > 0.0) || !std::isfinite(n1)) return p;
    p.growth = n1 / n0;
    p.a = dot(v0, v1, S) / n0 / n0;
    p.first = p.a;
    vector_block rest(S);
    copy(v1, rest, S);
    axpy(-p.a, v0, rest, S);
    const double rounding = rounding_gamma(S.sum_depth() + 8);
    p.remainder = norm2(rest, S) / n0 * (1.0 + 4.0 * rounding) + 8.0 * u * (p.growth + std::abs(p.a));
    return p;
}

power_recurrence fit_recurrence(vector_in v0, vector_in v1, vector_in v2, const space& S) {
    power_recurrence p;
    p.degree = 2;
    const double n0 = norm2(v0, S), n1 = norm2(v1, S), n2 = norm2(v2, S);
    if (!(n0 > 0.0) || !(n1 > 0.0) || !(n2 > 0.0) || !std::isfinite(n2)) return p;
    p.growth = n1 / n0;
    // v_1 = c v_0 + w, v_2 = d v_0 + f w + rest.
    vector_block w(S), rest(S);
    const double c = dot(v0, v1, S) / n0 / n0;
    copy(v1, w, S);
    axpy(-c, v0, w, S);
    const double length = norm2(w, S);
    if (!(length > 0x1p-40 * n1)) return p;
    copy(v2, rest, S);
    axpy(-dot(v0, v2, S) / n0 / n0, v0, rest, S);
    p.a = dot(w, rest, S) / length / length;
    p.b = dot(v0, v2, S) / n0 / n0 - p.a * c;
    copy(v2, rest, S);
    axpy(-p.a, v1, rest, S);
    axpy(-p.b, v0, rest, S);
    find_roots(p);
    // The polynomial of the computed roots differs from p by this for |lambda| <= 2 |first|.
    const double m = p.modulus();
    const double of_roots = 2.0 * m * std::abs(p.a - (p.first + p.second).real()) +
                            std::abs(p.b + (p.first * p.second).real()) + 64.0 * u * m * m;
    const double rounding = rounding_gamma(S.sum_depth() + 8);
    p.remainder = norm2(rest, S) / n0 * (1.0 + 4.0 * rounding) + of_roots +
                  16.0 * u * (n2 / n0 + std::abs(p.a) * p.growth + std::abs(p.b));
    return p;
}

ritz_pair pair_of(const power_recurrence& p, vector_in v0, vector_in v1, const space& S) {
    ritz_pair pair;
    pair.theta = p.first;
    vector_block part(S);
    copy(v0, part, S);
    if (p.degree == 2) combine(1.0, v1, -p.second.real(), part, S);
    const double imaginary = -p.second.imag();
    const double length = std::hypot(norm2(part, S), p.degree == 2 ? imaginary * norm2(v0, S) : 0.0);
    if (!(length > 0.0)) return pair;
    pair.residual = p.remainder * norm2(v0, S) / length;
    pair.vector = complex_vector(S);
    scale(1.0 / length, part, S);
    set_real(part, pair.vector, S);
    if (p.degree == 2 && imaginary != 0.0) {
        copy_scaled(imaginary / length, v0, part, S);
        set_imaginary(part, pair.vector, S);
    }
    return pair;
}

}  // namespace rhochain
