#include "kernels/solvers/dense_kernels.hpp"

namespace rhochain {

dense_sweeps dense_sweeps_for([[maybe_unused]] instruction_set isa) {
    switch (isa) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
        case instruction_set::avx512:
            return {avx512::reflect_rows,  avx512::reflect_columns,     avx512::pass_two_sided,
                    avx512::reflect_right, avx512::reflect_three_lines, avx512::multiply_strided};
        case instruction_set::avx2:
            return {avx2::reflect_rows,  avx2::reflect_columns,     avx2::pass_two_sided,
                    avx2::reflect_right, avx2::reflect_three_lines, avx2::multiply_strided};
#endif
        default:
            return {baseline::reflect_rows,  baseline::reflect_columns,     baseline::pass_two_sided,
                    baseline::reflect_right, baseline::reflect_three_lines, baseline::multiply_strided};
    }
}

}  // namespace rhochain
