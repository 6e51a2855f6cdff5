// The n rows of a block or matrix in panels of h = panel_rows(n): [0, h), [h, 2 h), .. . They depend on n alone: sums
// over the rows of a panel and then over the panels, from first to last, have the same bits for any number of threads.
// Invariant: h is a power of two, at least 64.
#pragma once

#include <cstdint>

namespace rhochain {

// Enough panels to share out, each large enough to be worth it and small enough for a core's own cache.
[[nodiscard]] constexpr std::int64_t panel_rows(std::int64_t n) {
    std::int64_t h = 64;
    while (h < 4096 && 2 * h <= n / 32) h *= 2;
    return h;
}

[[nodiscard]] constexpr std::int64_t panel_count(std::int64_t n) { return (n + panel_rows(n) - 1) / panel_rows(n); }

}  // namespace rhochain
