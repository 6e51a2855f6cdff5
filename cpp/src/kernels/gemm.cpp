#include <rhochain/kernels/gemm.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <algorithm>

namespace rhochain {
namespace {

constexpr std::int64_t rows_per_chunk = 16;
constexpr std::int64_t columns_per_strip = 512;
constexpr std::int64_t lanes = 8;

// Eight interleaved sums, which the compiler keeps in vector registers.
template <class Scalar, class Map>
double row_product(const Scalar* w, const double* x, std::int64_t n, const Map& f) {
    double partial[lanes] = {};
    std::int64_t j = 0;
    for (; j + lanes <= n; j += lanes)
        for (std::int64_t l = 0; l < lanes; ++l) partial[l] += f(w[j + l]) * x[j + l];
    for (std::int64_t l = 0; j < n; ++j, ++l) partial[l] += f(w[j]) * x[j];
    return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
           ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

}  // namespace

template <storage_scalar Scalar>
void gemm(const dense_view<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads) {
    const std::int64_t b = X.columns;
    const Scalar* w = W.values.data();
    with_entry_map(map, scale, [&](const auto& f) {
        parallel_for(threads, (W.rows() + rows_per_chunk - 1) / rows_per_chunk, [&](std::int64_t chunk) {
            const std::int64_t last = std::min(W.rows(), (chunk + 1) * rows_per_chunk);
            for (std::int64_t i = chunk * rows_per_chunk; i < last; ++i) {
                const Scalar* row = w + i * W.cols();
                double* y = Y.row(i);
                if (b == 1) {
                    *y = row_product(row, X.data, W.cols(), f);
                    continue;
                }
                std::fill_n(y, b, 0.0);
                for (std::int64_t j = 0; j < W.cols(); ++j) {
                    const double a = f(row[j]);
                    const double* x = X.row(j);
                    for (std::int64_t c = 0; c < b; ++c) y[c] += a * x[c];
                }
            }
        });
    });
}

template <storage_scalar Scalar>
void gemm_adjoint(const dense_view<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y,
                  int threads) {
    const std::int64_t b = X.columns;
    const Scalar* w = W.values.data();
    with_entry_map(map, scale, [&](const auto& f) {
        parallel_for(threads, (W.cols() + columns_per_strip - 1) / columns_per_strip, [&](std::int64_t strip) {
            const std::int64_t first = strip * columns_per_strip;
            const std::int64_t last = std::min(W.cols(), first + columns_per_strip);
            std::fill_n(Y.row(first), (last - first) * b, 0.0);
            for (std::int64_t i = 0; i < W.rows(); ++i) {
                const Scalar* row = w + i * W.cols();
                const double* x = X.row(i);
                for (std::int64_t j = first; j < last; ++j) {
                    const double a = f(row[j]);
                    double* y = Y.row(j);
                    for (std::int64_t c = 0; c < b; ++c) y[c] += a * x[c];
                }
            }
        });
    });
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                 \
    template void gemm(const dense_view<Scalar>&, entry_map, double, const_block, mutable_block, int); \
    template void gemm_adjoint(const dense_view<Scalar>&, entry_map, double, const_block, mutable_block, int);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
