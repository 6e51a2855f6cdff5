// A real number as mantissa * 2^exponent, so that products of any length neither under- nor overflow.
// Invariant after normalisation: mantissa = 0, or 1/2 <= |mantissa| < 1. Scaling by a power of two is exact.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace rhochain {

struct scaled {
    double mantissa = 0.0;
    std::int64_t exponent = 0;

    [[nodiscard]] static scaled normalised(double value, std::int64_t exponent = 0) {
        int shift = 0;
        const double mantissa = std::frexp(value, &shift);
        return value == 0.0 ? scaled{} : scaled{mantissa, exponent + shift};
    }

    // Natural logarithm of the absolute value; -inf for zero.
    [[nodiscard]] double log_abs() const {
        if (mantissa == 0.0) return -std::numeric_limits<double>::infinity();
        return std::log(std::abs(mantissa)) + static_cast<double>(exponent) * std::numbers::ln2;
    }
};

// The power of two e with 1/2 <= |x| 2^-e < 1; 0 for x = 0.
[[nodiscard]] inline int binary_exponent(double x) {
    int e = 0;
    std::frexp(x, &e);
    return x == 0.0 ? 0 : e;
}

}  // namespace rhochain
