// Walks of the rows that a space (space.hpp) has in this process, shared out to its threads where there is enough to do: in chunks,
// which sums are taken over, or in panels (row_panels.hpp), the rows of a product that one core has in its cache. Rows are counted from
// the first one of this process.
#pragma once

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/space/space.hpp>

#include <algorithm>
#include <cstdint>

namespace rhochain {

// Numbers read or written below which the work takes less time than waking threads for it: of a pass that waits for memory, and of one
// that computes, or finds its numbers in a cache.
inline constexpr std::int64_t worth_sharing_memory = std::int64_t{1} << 16;
inline constexpr std::int64_t worth_sharing_work = std::int64_t{1} << 15;

[[nodiscard]] inline int threads_worth(std::int64_t numbers, int threads, std::int64_t worth_sharing = worth_sharing_work) {
    return numbers < worth_sharing ? 1 : threads;
}

// Calls body(first, last) for the parts of `height` rows.
template <class Body>
void over_parts(const space& S, std::int64_t height, int threads, const Body& body) {
    parallel_for(threads, S.count_of(height),
                 [&](std::int64_t p) { body(p * height, std::min(S.length(), (p + 1) * height)); });
}

template <class Body>
void over_chunks(const space& S, const Body& body) {
    over_parts(S, S.chunk_rows(), threads_worth(S.length(), S.threads(), worth_sharing_memory), body);
}

template <class Body>
void over_panels(const space& S, std::int64_t numbers, const Body& body) {
    over_parts(S, S.panel_rows(), threads_worth(numbers, S.threads()), body);
}

// What is done with each row by itself: in ranges that fill a core's first cache.
template <class Body>
void over_ranges(const space& S, const Body& body) {
    parallel_ranges(S.threads(), S.length(), body);
}

}  // namespace rhochain
