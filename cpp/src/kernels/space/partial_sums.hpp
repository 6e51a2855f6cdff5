// Sums over the n rows of a vector or block from partial sums of `height` rows each, a power of two of at most least_piece rows
// (row_pieces.hpp). The partial sums are added from first to last; where a piece holds more than least_piece rows, those of a piece
// first and then the pieces. The order depends on n and the height alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// Adds to totals[j] the partials[p k + j] of all p, where k = totals.size().
void add_in_order(std::int64_t n, std::int64_t height, std::span<const double> partials, std::span<double> totals);

// The longest chain of additions in that.
[[nodiscard]] std::int64_t partial_depth(std::int64_t n, std::int64_t height);

// The first half of it: one group of k sums for every rows_of_sum(n, height) rows, which are added to the totals one after the other.
[[nodiscard]] std::vector<double> sums_of_pieces(std::int64_t n, std::int64_t height, std::span<const double> partials,
                                                 std::size_t k);
[[nodiscard]] std::int64_t rows_of_sum(std::int64_t n, std::int64_t height);

}  // namespace rhochain
