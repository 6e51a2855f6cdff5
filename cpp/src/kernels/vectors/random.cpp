#include "kernels/vectors/random.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

constexpr std::int64_t chunk = 8192;

// (0, 1]: never 0, so that its logarithm exists.
double open_uniform(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
    return (static_cast<double>(bits) + 1.0) * 0x1p-53;
}

}  // namespace

philox_block philox(philox_block counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53U} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key[0] += 0x9E3779B9U;
        key[1] += 0xBB67AE85U;
    }
    return counter;
}

void fill_gaussian(block_out X, std::uint64_t seed, std::uint64_t stream, const space& S) {
    constexpr double two_pi = 6.283185307179586476925286766559;
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    const std::int64_t n = X.size();
    const std::int64_t before = S.first() * X.columns();
    // Computes numbers 2 pair and 2 pair + 1 and passes them to write(2 pair, even, odd).
    const auto write_pair = [&](std::int64_t pair, const auto& write) {
        const auto counter = static_cast<std::uint64_t>(pair);
        const philox_block r = philox({static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
                                       static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                                      key);
        const double radius = std::sqrt(-2.0 * std::log(open_uniform(r[0], r[1])));
        const double angle = two_pi * open_uniform(r[2], r[3]);
        // Both at once: neighbouring calls of cos and sin share their work.
        const double even = radius * std::cos(angle);
        const double odd = radius * std::sin(angle);
        write(2 * pair, even, odd);
    };
    parallel_for(S.threads(), (n + chunk - 1) / chunk, [&, x = entries_of(X).data](std::int64_t c) {
        const std::int64_t begin = before + c * chunk;
        const std::int64_t end = before + std::min(n, (c + 1) * chunk);
        for (std::int64_t pair = begin / 2; 2 * pair < end; ++pair)
            write_pair(pair, [&](std::int64_t i, double even, double odd) {
                if (i >= begin) x[i - before] = even;
                if (i + 1 < end) x[i + 1 - before] = odd;
            });
    });
}

void fill_gaussian(std::span<double> x, std::uint64_t seed, std::uint64_t stream) {
    fill_gaussian(as_vector(x), seed, stream, space(static_cast<std::int64_t>(x.size()), 1));
}

}  // namespace rhochain
