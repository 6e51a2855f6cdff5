#include "exponential_loop.hpp"

#include <rhochain/kernels/products/instruction_set.hpp>
#include "kernels/exponential.hpp"

namespace rhochain {

void exponentials(std::span<const double> z, std::span<double> e, std::span<double> m) {
    switch (chosen_instruction_set()) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
        case instruction_set::avx512:
            return avx512::exponential_loop(z.data(), e.data(), m.data(), z.size());
        case instruction_set::avx2:
            return avx2::exponential_loop(z.data(), e.data(), m.data(), z.size());
#endif
        default:
            return baseline::exponential_loop(z.data(), e.data(), m.data(), z.size());
    }
}

}  // namespace rhochain
