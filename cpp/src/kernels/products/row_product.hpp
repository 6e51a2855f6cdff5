// Y = f(W) X for some rows of a sparse W in compressed rows and two or more columns, compiled once for each instruction
// set. Only what a processor of the oldest one can run may be called before the choice, so this header has no inline
// functions.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include "kernels/products/fetch.hpp"

#include <cstdint>

namespace rhochain {

template <class Scalar, class Index>
struct row_product {
    const Index* indptr;
    const Index* indices;
    const Scalar* values;
    std::int64_t nnz;
    entry_map map;
    double scale;
    fetch mode;
    const double* X;
    double* Y;  // from row first_row on
    std::int64_t first_row;
    std::int64_t b;  // columns of X and Y
};

#define RHOCHAIN_DECLARE(isa, Scalar, Index)                                                              \
    namespace isa {                                                                                       \
    void multiply_rows(const row_product<Scalar, Index>& product, std::int64_t first, std::int64_t last); \
    }
#define RHOCHAIN_DECLARE_ALL(isa)               \
    RHOCHAIN_DECLARE(isa, float, std::int32_t)  \
    RHOCHAIN_DECLARE(isa, float, std::int64_t)  \
    RHOCHAIN_DECLARE(isa, double, std::int32_t) \
    RHOCHAIN_DECLARE(isa, double, std::int64_t)
RHOCHAIN_DECLARE_ALL(baseline)
RHOCHAIN_DECLARE_ALL(avx2)
RHOCHAIN_DECLARE_ALL(avx512)
#undef RHOCHAIN_DECLARE_ALL
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
