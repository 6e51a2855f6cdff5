// max_i |x_i|, compiled once for each instruction set; at least the bits of +inf where an entry is NaN or infinite. No
// inline functions: see slice_product.hpp.
#pragma once

#include <cstdint>

namespace rhochain {

// The bits of the result: those of numbers of one sign have the order of the numbers.
#define RHOCHAIN_DECLARE(isa)                                    \
    namespace isa {                                              \
    std::uint64_t largest_loop(const double* x, std::int64_t n); \
    }
RHOCHAIN_DECLARE(baseline)
RHOCHAIN_DECLARE(avx2)
RHOCHAIN_DECLARE(avx512)
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
