// How many entries of each sign every row and column of W has. Stored zeros have no sign. O(nnz) time.
#pragma once

#include <rhochain/operators/stored_entries.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

struct sign_counts {
    std::int64_t positive = 0;
    std::int64_t negative = 0;

    [[nodiscard]] bool mixed() const { return positive > 0 && negative > 0; }
    // 1 without a negative entry, -1 with negative entries alone, 0 with both.
    [[nodiscard]] int sign() const { return negative == 0 ? 1 : positive == 0 ? -1 : 0; }
};

struct line_signs {
    std::vector<sign_counts> rows;
    std::vector<sign_counts> columns;
};

// Of W itself, also where the view is its transpose.
[[nodiscard]] line_signs signs_of_lines(const stored_entries& W);

}  // namespace rhochain
