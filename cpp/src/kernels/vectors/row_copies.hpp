// Rows of single precision as float64, which is exact.
#pragma once

#include <rhochain/kernels/space/space.hpp>

#include <cstdint>

namespace rhochain {

// `count` rows of S.length() entries each: row r lies at first + r stride, its copy at out + r S.length().
void widen_rows(const float* first, std::int64_t stride, std::int64_t count, double* out, const space& S);

}  // namespace rhochain
