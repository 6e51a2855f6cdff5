// The sign of each row and column of W: 1 if no entry is below 0, -1 if some are and none is above 0, 0 for a line with
// entries of both signs. O(nnz) time.
#pragma once

#include <rhochain/operators/stored_entries.hpp>

#include <vector>

namespace rhochain {

struct line_signs {
    std::vector<signed char> columns;
    std::vector<signed char> rows;
};

// Of W itself, also where the view is its transpose.
[[nodiscard]] line_signs signs_of_lines(const stored_entries& W);

}  // namespace rhochain
