#include "chains/measures/chain_bounds.hpp"
#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/entry_bounds.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace rhochain {
namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

// Covers the rounding of a logarithm, of exponent ln 2 and of their sum.
double log_rounding(double log_value, double exponent) {
    return 0x1p-50 * (1.0 + std::abs(log_value) + std::abs(exponent));
}

// ln of an upper bound of max_i (|J| ... |J| 1)_i; NaN if there is none.
double log_largest_sum(factor_reader& P, direction d, const product_hook& after_product) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    constexpr int top = 600;
    constexpr double floor = 0x1p300;
    constexpr double least_sum = 0x1p-700;
    const space& S = P.domain();
    double largest = 0x1p600;
    vector_block z(S), y(S);
    fill(largest, z, S);
    std::int64_t exponent = -top;
    double squares = 0.0;
    for (std::int64_t j = 0; j < P.steps(); ++j) {
        if (!P.select(d == direction::forward ? j : P.steps() - 1 - j).provable) return none;
        const std::int64_t own_exponent = P.apply_magnitudes(d, true, z, y, {&squares, 1});
        if (after_product()) return none;
        largest = max_abs(y, S);
        if (largest == 0.0) return minus_infinity;
        if (!(largest >= least_sum) || !std::isfinite(largest)) return none;
        const int shift = top - binary_exponent(largest);
        raise_nonzero_scaled(y, shift, floor, z, S);
        largest = std::ldexp(largest, shift);
        exponent += own_exponent - shift;
    }
    const double log_value = std::log(largest) + static_cast<double>(exponent) * std::numbers::ln2;
    return log_value + static_cast<double>(P.steps()) * rounding_gamma(P.roundings(d) + 4) +
           log_rounding(std::log(largest), static_cast<double>(exponent));
}

}  // namespace

Bound proved_upper(double value) {
    return {value, Grade::proved, 0.0,
            value == minus_infinity ? "the product is zero by its structure" : "sqrt(||P||_1 ||P||_inf)"};
}

Bound proved_lower(double value) { return {value, Grade::proved, 0.0, "||P v|| / ||v|| with its error carried along"}; }

std::optional<double> proved_upper_bound(factor_reader& P, const product_hook& after_product) {
    if (!P.bounded()) return std::nullopt;
    const double inf = log_largest_sum(P, direction::forward, after_product);
    if (inf == minus_infinity) return inf;
    if (std::isnan(inf)) return std::nullopt;
    const double one = log_largest_sum(P, direction::backward, after_product);
    if (std::isnan(one)) return std::nullopt;
    return 0.5 * (inf + one) + log_rounding(inf, one);
}

std::optional<double> proved_lower_bound(factor_reader& P, vector_in start, const product_hook& after_product) {
    if (!P.bounded()) return std::nullopt;
    // Products that underflow err by less than this, whatever weights and slopes of at most 2^200 do to them next.
    constexpr double underflow = 0x1p-800;
    constexpr int slack = 64;
    const space& S = P.domain();
    const double unit_error = rounding_gamma(P.roundings(direction::forward) + 2);
    const double norms = rounding_gamma(S.sum_depth() + 4);
    vector_block v(S), e(S), q(S), y(S);
    copy(start, v, S);
    fill(0.0, e, S);
    std::int64_t exponent = 0;
    double squares = 0.0;
    const double length = norm2(start, S) * (1.0 + norms);
    for (std::int64_t k = 0; k < P.steps(); ++k) {
        if (!P.select(k).provable) return std::nullopt;
        add_unit_errors(e, unit_error, v, q, S);
        exponent += P.apply(direction::forward, v, y, {&squares, 1});
        std::swap(v, y);
        P.apply_magnitudes(direction::forward, false, q, e, {&squares, 1});
        enlarge(1.0 + 2.0 * unit_error, underflow, e, S);
        if (after_product() || after_product()) return std::nullopt;
        const double size = norm2(v, S);
        if (!(norm2(e, S) < 0.5 * size) || !std::isfinite(size)) return std::nullopt;
        const int shift = binary_exponent(size);
        if (std::abs(shift) <= slack) continue;
        exponent += shift;
        scale_by_power(-shift, v, S);
        enlarge_by_power(-shift, underflow, e, S);
    }
    const double image = norm2(v, S) * (1.0 - norms) - norm2(e, S) * (1.0 + norms);
    const double ratio = image / length * (1.0 - 0x1p-50);
    if (!(ratio > 0.0)) return std::nullopt;
    const double log_value = std::log(ratio) + static_cast<double>(exponent) * std::numbers::ln2;
    return log_value - log_rounding(std::log(ratio), static_cast<double>(exponent));
}

}  // namespace rhochain
