// Threads. The source file of this header is the only one that knows OpenMP.
//
// Work is cut into chunks, handed out in any order to any number of threads. Each writes its own results, and what is summed in
// which order depends on the data alone: that is why no result depends on the number of threads. A process forked off one that
// had threads works alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace rhochain {

// Threads a call may use: `requested` if positive, otherwise what the OpenMP runtime would take (OMP_NUM_THREADS).
[[nodiscard]] int resolve_threads(int requested);

// "OpenMP 201511" or "none".
[[nodiscard]] const char* threading_description();

namespace detail {
void run_chunks(int threads, std::int64_t chunks, void* context, void (*body)(void*, std::int64_t));
}

// Calls body(c) once for each c in [0, chunks). The first exception thrown by a chunk is rethrown here.
template <class Body>
void parallel_for(int threads, std::int64_t chunks, Body&& body) {
    using callable = std::remove_reference_t<Body>;
    detail::run_chunks(threads, chunks, const_cast<std::remove_const_t<callable>*>(&body),
                       [](void* context, std::int64_t c) { (*static_cast<callable*>(context))(c); });
}

// Calls body(begin, end) for ranges that cover [0, n), by one thread where n is too short to be worth waking more.
template <class Body>
void parallel_ranges(int threads, std::int64_t n, const Body& body) {
    constexpr std::int64_t range = 4096;
    constexpr std::int64_t worth_sharing = 1 << 15;
    parallel_for(n < worth_sharing ? 1 : threads, (n + range - 1) / range,
                 [&](std::int64_t c) { body(c * range, std::min(n, (c + 1) * range)); });
}

}  // namespace rhochain
