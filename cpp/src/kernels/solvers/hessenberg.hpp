// U^T A U = H, H zero below its first subdiagonal, U orthogonal, by n - 2 Householder reflections. Each reads and
// writes A once: it applies the reflection before and forms the products that the next one needs.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstdint>

namespace rhochain {

// The distance between rows of an n x n matrix whose rows are whole cache lines.
[[nodiscard]] std::int64_t row_stride(std::int64_t n);

// A is row_stride(n) x row_stride(n), row-major, 0 outside of n x n, and becomes H. Ut, of the same shape, becomes U^T
// with ones on the rest of its diagonal; left alone if null.
void reduce_to_hessenberg(buffer<double>& A, buffer<double>* Ut, std::int64_t n);

}  // namespace rhochain
