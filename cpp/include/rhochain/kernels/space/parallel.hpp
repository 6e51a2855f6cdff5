// Threads. The source file of this header alone uses OpenMP, for OMP_NUM_THREADS, OMP_THREAD_LIMIT and OMP_PLACES. A
// build without OpenMP reads the first two itself.
//
// Threads take the chunks of a loop in any order. Each chunk writes its own results, and the order of every sum
// depends on the data alone: so no result depends on the number of threads. A process that was forked from one with
// threads runs every loop on one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace rhochain {

// The threads that a call may use: `requested` if positive; else OMP_NUM_THREADS, or the cores that the system grants.
[[nodiscard]] int resolve_threads(int requested);

// "OpenMP 201511" or "without OpenMP".
[[nodiscard]] const char* threading_description();

namespace detail {
void run_chunks(int threads, std::int64_t chunks, void* context, void (*body)(void*, std::int64_t));
}

// Fewer numbers than this take less time than a second thread needs to start: in a loop that waits for memory, and in
// one that computes or reads from a cache.
inline constexpr std::int64_t worth_sharing_memory = std::int64_t{1} << 16;
inline constexpr std::int64_t worth_sharing_work = std::int64_t{1} << 15;

// The threads for a loop over so many numbers.
[[nodiscard]] inline int threads_worth(std::int64_t numbers, int threads,
                                       std::int64_t worth_sharing = worth_sharing_work) {
    return numbers < worth_sharing ? 1 : threads;
}

// Calls body(c) once for each c in [0, chunks). Rethrows the exception of the first chunk that has one.
template <class Body>
void parallel_for(int threads, std::int64_t chunks, Body&& body) {
    using callable = std::remove_reference_t<Body>;
    detail::run_chunks(threads, chunks, const_cast<std::remove_const_t<callable>*>(&body),
                       [](void* context, std::int64_t c) { (*static_cast<callable*>(context))(c); });
}

// Calls body(begin, end) for ranges that cover [0, n), on one thread where n is short.
template <class Body>
void parallel_ranges(int threads, std::int64_t n, const Body& body) {
    constexpr std::int64_t range = 4096;
    parallel_for(threads_worth(n, threads), (n + range - 1) / range,
                 [&](std::int64_t c) { body(c * range, std::min(n, (c + 1) * range)); });
}

}  // namespace rhochain
