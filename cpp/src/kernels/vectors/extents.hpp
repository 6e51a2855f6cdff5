// The extreme magnitudes of the entries of a vector or block, and entries that are not finite or not in an interval.
// Each result is the same on all ranks.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <optional>

namespace rhochain {

// (*) max_i |x_i|; NaN if an entry is NaN or infinite.
[[nodiscard]] double largest_finite(vector_in x, const space& S);

// (*) min |x_i| over x_i != 0; +inf if all entries are 0.
[[nodiscard]] double smallest_nonzero(vector_in x, const space& S);

// Entry (i, c) of a block of b columns is at position i b + c, i counted from the start of the vector.
struct entry_defect {
    std::int64_t position;
    double value;
};

// (*) The first entry that is NaN or infinite, or not in [lowest, highest]; nothing without such an entry.
[[nodiscard]] std::optional<entry_defect> first_not_finite(block_in X, const space& S);
[[nodiscard]] std::optional<entry_defect> first_outside(double lowest, double highest, block_in X, const space& S);

}  // namespace rhochain
