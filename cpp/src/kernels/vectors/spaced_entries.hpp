// The entries first, first + spacing, first + 2 spacing, .. of a vector, counted from its start. Each rank uses those
// that it holds.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>

namespace rhochain {

struct spaced_entries {
    std::int64_t first = 0;    // at least 0
    std::int64_t spacing = 1;  // at least 1
};

void fill(double value, const spaced_entries& which, vector_out x, const space& S);

// (*) The largest magnitude; NaN does not count.
[[nodiscard]] double max_abs(const spaced_entries& which, vector_in x, const space& S);

}  // namespace rhochain
