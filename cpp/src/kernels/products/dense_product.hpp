// Y = f(W) X and Y = f(W)^T X for some rows of Y and a dense W, compiled once for each instruction set. Only what a
// processor of the oldest one can run may be called before the choice, so this header has no inline functions.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>

#include <cstdint>

namespace rhochain {

template <class Scalar>
struct dense_product {
    const Scalar* W;  // rows x cols, row-major
    std::int64_t rows;
    std::int64_t cols;
    entry_map map;
    double scale;
    const double* X;
    double* Y;
    std::int64_t b;  // columns of X and Y
};

#define RHOCHAIN_DECLARE(isa, Scalar)                                                                        \
    namespace isa {                                                                                          \
    void multiply_rows(const dense_product<Scalar>& product, std::int64_t first, std::int64_t last);         \
    void multiply_adjoint_rows(const dense_product<Scalar>& product, std::int64_t first, std::int64_t last); \
    }
RHOCHAIN_DECLARE(baseline, float)
RHOCHAIN_DECLARE(baseline, double)
RHOCHAIN_DECLARE(avx2, float)
RHOCHAIN_DECLARE(avx2, double)
RHOCHAIN_DECLARE(avx512, float)
RHOCHAIN_DECLARE(avx512, double)
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
