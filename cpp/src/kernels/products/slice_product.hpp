// Y = f(W) X for some slices of a W in sliced jagged diagonals, compiled once for each instruction set. Only what a
// processor of the oldest one can run may be called before the choice, so this header has no inline functions.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include "kernels/products/fetch.hpp"

#include <cstdint>

namespace rhochain {

template <class Scalar>
struct slice_product {
    const std::int32_t* order;
    const std::int32_t* lengths;
    const std::int64_t* offsets;
    const std::uint8_t* banded;
    const std::int32_t* columns;
    const Scalar* values;
    entry_map map;
    double scale;
    fetch mode;
    bool streams;  // whether entries of W are asked for ahead: they do not lie in the caches of the cores
    const double* X;
    double* Y;  // row `first_row` of it
    std::int64_t first_row;
    std::int64_t b;  // columns of X and Y
};

#define RHOCHAIN_DECLARE(isa)                                                                          \
    namespace isa {                                                                                    \
    void multiply_slices(const slice_product<float>& product, std::int64_t first, std::int64_t last);  \
    void multiply_slices(const slice_product<double>& product, std::int64_t first, std::int64_t last); \
    }
RHOCHAIN_DECLARE(baseline)
RHOCHAIN_DECLARE(avx2)
RHOCHAIN_DECLARE(avx512)
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
