#include "kernels/vectors/row_copies.hpp"

#include <rhochain/kernels/space/parallel.hpp>

#include <algorithm>

namespace rhochain {

void widen_rows(const float* first, std::int64_t stride, std::int64_t count, double* out, const space& S) {
    const std::int64_t n = S.length();
    parallel_for(S.threads(), count, [=](std::int64_t r) {
        const float* row = first + r * stride;
        std::copy(row, row + n, out + r * n);
    });
}

}  // namespace rhochain
