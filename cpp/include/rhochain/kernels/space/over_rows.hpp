// Loops over the rows that a space (space.hpp) has in this process, counted from the first of them. Threads share long
// loops. Chunks are the parts that sums are taken over. Panels (row_panels.hpp) are the rows of a product that fit into
// the cache of one core.
#pragma once

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/space/space.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace rhochain {

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

// For a body that treats each row by itself: ranges that fit into the first cache of a core.
template <class Body>
void over_ranges(const space& S, const Body& body) {
    parallel_ranges(S.threads(), S.length(), body);
}

// What body(first, last) returns for each part of `height` rows, in the order of the parts.
template <class Body>
[[nodiscard]] auto results_of_parts(const space& S, std::int64_t height, int threads, const Body& body) {
    using result = std::invoke_result_t<const Body&, std::int64_t, std::int64_t>;
    std::vector<result> results(static_cast<std::size_t>(S.count_of(height)));
    over_parts(S, height, threads, [&](std::int64_t first, std::int64_t last) {
        results[static_cast<std::size_t>(first / height)] = body(first, last);
    });
    return results;
}

template <class Body>
[[nodiscard]] auto results_of_chunks(const space& S, const Body& body) {
    return results_of_parts(S, S.chunk_rows(), threads_worth(S.length(), S.threads(), worth_sharing_memory), body);
}

}  // namespace rhochain
