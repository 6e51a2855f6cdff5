// The n rows of a vector or block in pieces of h = piece_rows(n): [0, h), [h, 2 h), ... Every sum over rows is cut at
// multiples of h, so that a rank that holds whole pieces can compute their partial sums. There are at most most_pieces
// pieces, so that gathering one number of each stays cheap for a vector of any length. Invariant: h is a power of two,
// at least least_piece, and a multiple of every panel height (row_panels.hpp).
#pragma once

#include <cstdint>

namespace rhochain {

inline constexpr std::int64_t least_piece = 8192;
inline constexpr std::int64_t most_pieces = 1024;

[[nodiscard]] constexpr std::int64_t piece_rows(std::int64_t n) {
    std::int64_t h = least_piece;
    while (h * most_pieces < n) h *= 2;
    return h;
}

}  // namespace rhochain
