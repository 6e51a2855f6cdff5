// Some rows of Y = f(W) X or of Y = f(W)^T X for W in diagonals (diagonals.hpp), compiled once for each instruction
// set. Only what a processor of the oldest one can run may be called before the choice, so this header has no inline
// functions.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>

#include <cstdint>

namespace rhochain {

template <class Scalar>
struct diagonal_rows {
    const std::int64_t* offsets;
    std::int64_t count;
    const Scalar* values;
    std::int64_t rows;
    std::int64_t cols;
    entry_map map;
    double scale;
    const double* X;
    double* Y;
    std::int64_t b;  // columns of X and Y
    bool streams;    // whether a vector Y, on a cache line, goes past the caches (streaming_store.hpp)
    bool near;       // whether the rows of W that a row of W^T x adds up lie in a cache together
};

// Rows first .. last - 1 of Y, first a multiple of 8.
#define RHOCHAIN_DECLARE(isa, Scalar)                                                                             \
    namespace isa {                                                                                               \
    void multiply_diagonals(const diagonal_rows<Scalar>& product, std::int64_t first, std::int64_t last);         \
    void multiply_diagonals_adjoint(const diagonal_rows<Scalar>& product, std::int64_t first, std::int64_t last); \
    }
#define RHOCHAIN_DECLARE_ALL(isa) \
    RHOCHAIN_DECLARE(isa, float)  \
    RHOCHAIN_DECLARE(isa, double)
RHOCHAIN_DECLARE_ALL(baseline)
RHOCHAIN_DECLARE_ALL(avx2)
RHOCHAIN_DECLARE_ALL(avx512)
#undef RHOCHAIN_DECLARE_ALL
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
