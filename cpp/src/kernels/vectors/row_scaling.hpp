// Y = w diag(d) X for a row-major block X (n x b), panel by panel (row_panels.hpp).
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>

namespace rhochain {

// Rows first .. last - 1, each entry (w d_i) X_ic. X and Y may be the same block; otherwise they do not overlap.
void scale_panel(double weight, vector_in d, block_in X, block_out Y, std::int64_t first, std::int64_t last);

// All rows.
void scale_rows(double weight, vector_in d, block_in X, block_out Y, const space& S);

}  // namespace rhochain
