#include "dense_product.hpp"

#include <rhochain/kernels/products/gemm.hpp>
#include <rhochain/kernels/space/parallel.hpp>

#include <algorithm>

namespace rhochain {
namespace {

constexpr std::int64_t rows_per_chunk = 16;
constexpr std::int64_t columns_per_strip = 512;

template <class Scalar>
struct dense_kernels {
    using kernel = void (*)(const dense_product<Scalar>&, std::int64_t first, std::int64_t last);
    kernel rows;
    kernel adjoint_rows;
};

template <class Scalar>
dense_kernels<Scalar> kernels_of([[maybe_unused]] instruction_set isa) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
    switch (isa) {
        case instruction_set::avx512:
            return {avx512::multiply_rows, avx512::multiply_adjoint_rows};
        case instruction_set::avx2:
            return {avx2::multiply_rows, avx2::multiply_adjoint_rows};
        case instruction_set::baseline:
            break;
    }
#endif
    return {baseline::multiply_rows, baseline::multiply_adjoint_rows};
}

template <class Scalar>
dense_product<Scalar> product_of(const dense_view<Scalar>& W, entry_map map, double scale, const_block X,
                                 mutable_block Y) {
    return {W.values.data(), W.rows(), W.cols(), map, scale, X.data, Y.data, X.columns};
}

}  // namespace

template <storage_scalar Scalar>
void gemm(const dense_view<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          instruction_set isa) {
    const auto product = product_of(W, map, scale, X, Y);
    const auto kernel = kernels_of<Scalar>(isa).rows;
    parallel_for(threads, (W.rows() + rows_per_chunk - 1) / rows_per_chunk, [&](std::int64_t chunk) {
        const std::int64_t first = chunk * rows_per_chunk;
        kernel(product, first, std::min(W.rows(), first + rows_per_chunk));
    });
}

template <storage_scalar Scalar>
void gemm_adjoint(const dense_view<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
                  instruction_set isa) {
    const auto product = product_of(W, map, scale, X, Y);
    const auto kernel = kernels_of<Scalar>(isa).adjoint_rows;
    parallel_for(threads, (W.cols() + columns_per_strip - 1) / columns_per_strip, [&](std::int64_t strip) {
        const std::int64_t first = strip * columns_per_strip;
        kernel(product, first, std::min(W.cols(), first + columns_per_strip));
    });
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                          \
    template void gemm(const dense_view<Scalar>&, entry_map, double, const_block, mutable_block, int,         \
                       instruction_set);                                                                      \
    template void gemm_adjoint(const dense_view<Scalar>&, entry_map, double, const_block, mutable_block, int, \
                               instruction_set);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
