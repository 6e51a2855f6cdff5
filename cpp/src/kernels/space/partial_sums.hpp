// Sums over the n rows of a vector or block from partial sums of `height` rows each, a power of two of at most
// least_piece rows (row_pieces.hpp). The partial sums are added from first to last. Where a piece has more than
// least_piece rows, those of each piece are added first, then the sums of the pieces. The order depends on n and the
// height alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// Adds to totals[j] the partials[p k + j] of all p, where k = totals.size().
void add_in_order(std::int64_t n, std::int64_t height, std::span<const double> partials, std::span<double> totals);

// The longest chain of additions in add_in_order.
[[nodiscard]] std::int64_t partial_depth(std::int64_t n, std::int64_t height);

// The first stage of add_in_order: k sums for each group of rows_of_sum(n, height) rows. The second stage adds them to
// the totals from first to last.
[[nodiscard]] std::vector<double> sums_of_pieces(std::int64_t n, std::int64_t height, std::span<const double> partials,
                                                 std::size_t k);
[[nodiscard]] std::int64_t rows_of_sum(std::int64_t n, std::int64_t height);

}  // namespace rhochain
