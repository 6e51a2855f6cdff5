// Included with RHOCHAIN_ISA defined as the namespace of the instruction set that the file is compiled for.
#include "largest_loop.hpp"

namespace rhochain::RHOCHAIN_ISA {

std::uint64_t largest_loop(const double* x, std::int64_t n) {
    using lanes = std::int64_t __attribute__((vector_size(64)));
    constexpr std::int64_t width = 8;
    constexpr std::int64_t magnitude = 0x7fffffffffffffff;
    lanes most[2] = {};
    const auto take = [&](std::int64_t i, lanes& into) {
        lanes v;
        __builtin_memcpy(&v, x + i, sizeof v);
        v &= magnitude;
        into = v > into ? v : into;
    };
    std::int64_t i = 0;
    for (; i + 2 * width <= n; i += 2 * width) {
        take(i, most[0]);
        take(i + width, most[1]);
    }
    std::int64_t largest = 0;
    for (const lanes& m : most)
        for (std::int64_t l = 0; l < width; ++l) largest = m[l] > largest ? m[l] : largest;
    for (; i < n; ++i) {
        std::int64_t bits;
        __builtin_memcpy(&bits, x + i, sizeof bits);
        bits &= magnitude;
        largest = bits > largest ? bits : largest;
    }
    return static_cast<std::uint64_t>(largest);
}

}  // namespace rhochain::RHOCHAIN_ISA
