// Stores that go to memory past the caches, for blocks too large for any cache. The processor need not read a line that
// the store writes whole, and the line evicts no data that the next product reads sooner. On a processor without such
// stores they are ordinary ones.
#pragma once

#include <rhochain/storage/block.hpp>
#include <rhochain/storage/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace rhochain {

// Whether Y is a vector or its rows whole lines, and larger than a core's own caches and its share of the last one.
[[nodiscard]] inline bool worth_streaming(const_block Y) {
    constexpr std::int64_t large = std::int64_t{5} << 20;
    constexpr std::int64_t line = cache_line / sizeof(double);
    return (Y.columns == 1 || Y.columns % line == 0) && reinterpret_cast<std::uintptr_t>(Y.data) % cache_line == 0 &&
           Y.size() * std::int64_t{sizeof(double)} >= large;
}

// B numbers, B even, to a place on 16 bytes.
template <std::int64_t B>
void stream(const double* from, double* to) {
#if defined(__SSE2__)
    for (std::int64_t c = 0; c < B; c += 2) _mm_stream_pd(to + c, _mm_loadu_pd(from + c));
#else
    std::copy(from, from + B, to);
#endif
}

// What this thread has streamed can be seen by those that it tells of it afterwards.
inline void finish_streaming() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

}  // namespace rhochain
