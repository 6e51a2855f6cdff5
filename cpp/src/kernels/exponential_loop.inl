// Included with RHOCHAIN_ISA defined as the namespace of the instruction set that the file is compiled for.
#include "exponential_loop.hpp"

#include <bit>
#include <cstdint>

namespace rhochain::RHOCHAIN_ISA {

void exponential_loop(const double* z, double* e, double* m, std::size_t n) {
    constexpr double lowest = -700.0;
    constexpr double to_integer = 0x1.8p52;  // the last bits of a sum with it hold the nearest integer
    constexpr double log2_e = 0x1.71547652b82fep+0;
    constexpr double ln2_high = 0x1.62e42fee00000p-1;  // its products with k are exact
    constexpr double ln2_low = 0x1.a39ef35793c76p-33;
    constexpr int mantissa_bits = 52;
    constexpr std::uint64_t one = std::uint64_t{1023} << mantissa_bits;
    for (std::size_t i = 0; i < n; ++i) {
        const double inside = z[i] < lowest ? lowest : z[i];
        const double shifted = inside * log2_e + to_integer;
        const double k = shifted - to_integer;
        const double r = (inside - k * ln2_high) - k * ln2_low;
        // The sum of r^(j - 2) / j! for j = 2 .. 13.
        double series = 1.0 / 6227020800.0;
        series = series * r + 1.0 / 479001600.0;
        series = series * r + 1.0 / 39916800.0;
        series = series * r + 1.0 / 3628800.0;
        series = series * r + 1.0 / 362880.0;
        series = series * r + 1.0 / 40320.0;
        series = series * r + 1.0 / 5040.0;
        series = series * r + 1.0 / 720.0;
        series = series * r + 1.0 / 120.0;
        series = series * r + 1.0 / 24.0;
        series = series * r + 1.0 / 6.0;
        series = series * r + 0.5;
        const double p = r + r * r * series;
        const double scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) << mantissa_bits) + one);
        const double power = scale * (1.0 + p);
        const double less_one = scale * p + (scale - 1.0);
        e[i] = z[i] < lowest ? 0.0 : power;
        m[i] = z[i] < lowest ? -1.0 : less_one;
    }
}

}  // namespace rhochain::RHOCHAIN_ISA
