#include "diagonal_rows.hpp"

#include <rhochain/kernels/diagonal_product.hpp>

namespace rhochain {
namespace {

template <class Scalar>
using row_kernel = void (*)(const diagonal_rows<Scalar>&, std::int64_t, std::int64_t);

template <class Scalar>
struct kernels {
    row_kernel<Scalar> forward;
    row_kernel<Scalar> adjoint;
};

template <class Scalar>
kernels<Scalar> kernels_of([[maybe_unused]] instruction_set isa) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
    switch (isa) {
        case instruction_set::avx512: return {avx512::multiply_diagonals, avx512::multiply_diagonals_adjoint};
        case instruction_set::avx2: return {avx2::multiply_diagonals, avx2::multiply_diagonals_adjoint};
        case instruction_set::baseline: break;
    }
#endif
    return {baseline::multiply_diagonals, baseline::multiply_diagonals_adjoint};
}

template <class Scalar>
void multiply(const diagonals<Scalar>& W, row_kernel<Scalar> kernel, entry_map map, double scale, const_block X,
              mutable_block Y, int threads, const panel_task* then) {
    const diagonal_rows<Scalar> product{.offsets = W.offsets.data(),
                                        .count = W.count(),
                                        .values = W.values.data(),
                                        .rows = W.rows(),
                                        .cols = W.cols(),
                                        .map = map,
                                        .scale = scale,
                                        .X = X.data,
                                        .Y = Y.data,
                                        .b = X.columns};
    over_panels(Y.rows, Y.rows * (W.count() + 1) * X.columns, threads, [&](std::int64_t first, std::int64_t last) {
        kernel(product, first, last);
        if (then != nullptr) (*then)(first, last, Y.row(first));
    });
}

}  // namespace

template <storage_scalar Scalar>
void spmm(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then, instruction_set isa) {
    multiply(W, kernels_of<Scalar>(isa).forward, map, scale, X, Y, threads, then);
}

template <storage_scalar Scalar>
void spmm_adjoint(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
                  const panel_task* then, instruction_set isa) {
    multiply(W, kernels_of<Scalar>(isa).adjoint, map, scale, X, Y, threads, then);
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                        \
    template void spmm(const diagonals<Scalar>&, entry_map, double, const_block, mutable_block, int,         \
                       const panel_task*, instruction_set);                                                  \
    template void spmm_adjoint(const diagonals<Scalar>&, entry_map, double, const_block, mutable_block, int, \
                               const panel_task*, instruction_set);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
