// The loop of exponentials(), compiled once for each instruction set. No inline functions: see slice_product.hpp.
#pragma once

#include <cstddef>

namespace rhochain {

#define RHOCHAIN_DECLARE(isa)                                                    \
    namespace isa {                                                              \
    void exponential_loop(const double* z, double* e, double* m, std::size_t n); \
    }
RHOCHAIN_DECLARE(baseline)
RHOCHAIN_DECLARE(avx2)
RHOCHAIN_DECLARE(avx512)
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
