#include "row_product.hpp"

#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "storage/thread_scratch.hpp"

#include <algorithm>
#include <cstddef>

namespace rhochain {
namespace {

struct panel_of_Y;  // the user of the scratch

// A chunk of rows carries about this many rows and entries together.
constexpr std::int64_t chunk_weight = 1 << 13;

// First row i with indptr[i] + i >= weight: cuts the rows into chunks of equal work.
template <class Matrix>
std::int64_t row_of_weight(const Matrix& W, std::int64_t weight) {
    std::int64_t low = 0;
    std::int64_t high = W.rows();
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (W.row_begin(middle) + middle < weight)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

template <class Matrix, class Rows>
void over_row_chunks(const Matrix& W, int threads, const Rows& rows) {
    const std::int64_t weight = W.nnz() + W.rows();
    const std::int64_t chunks = std::max<std::int64_t>(1, weight / chunk_weight);
    const auto cut = [&](std::int64_t c) {
        return c == chunks ? W.rows() : row_of_weight(W, static_cast<std::int64_t>(c * (weight / chunks)));
    };
    parallel_for(threads, chunks, [&](std::int64_t c) { rows(cut(c), cut(c + 1)); });
}

template <class Index, class Scalar, class Map>
double row_times_vector(const Index* j, const Scalar* w, std::int64_t begin, std::int64_t end, const double* x,
                        const Map& f) {
    double total = 0.0;
    for (std::int64_t p = begin; p < end; ++p) total += f(w[p]) * x[j[p]];
    return total;
}

template <class Scalar, class Index>
auto kernel_of([[maybe_unused]] instruction_set isa) {
    using kernel = void (*)(const row_product<Scalar, Index>&, std::int64_t, std::int64_t);
#ifdef RHOCHAIN_HAS_X86_KERNELS
    switch (isa) {
        case instruction_set::avx512:
            return static_cast<kernel>(avx512::multiply_rows);
        case instruction_set::avx2:
            return static_cast<kernel>(avx2::multiply_rows);
        case instruction_set::baseline:
            break;
    }
#endif
    return static_cast<kernel>(baseline::multiply_rows);
}

// Calls over_rows(rows), where rows(first, last, to) does some rows, the first of which goes to `to`.
template <class Scalar, class Index, class OverRows>
void multiply(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, instruction_set isa,
              const OverRows& over_rows) {
    if (X.columns == 1)
        return with_entry_map(map, scale, [&](const auto& f) {
            over_rows([&](std::int64_t first, std::int64_t last, double* to) {
                for (std::int64_t i = first; i < last; ++i)
                    to[i - first] =
                        row_times_vector(W.indices.data(), W.values.data(), W.row_begin(i), W.row_end(i), X.data, f);
            });
        });
    const row_product<Scalar, Index> product{.indptr = W.indptr.data(),
                                             .indices = W.indices.data(),
                                             .values = W.values.data(),
                                             .nnz = W.nnz(),
                                             .map = map,
                                             .scale = scale,
                                             .mode = best_fetch(X.rows, X.columns),
                                             .X = X.data,
                                             .Y = nullptr,
                                             .first_row = 0,
                                             .b = X.columns};
    over_rows([&, kernel = kernel_of<Scalar, Index>(isa)](std::int64_t first, std::int64_t last, double* to) {
        row_product<Scalar, Index> some = product;
        some.Y = to;
        some.first_row = first;
        kernel(some, first, last);
    });
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
void spmm(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then, instruction_set isa) {
    const std::int64_t b = X.columns;
    multiply(W, map, scale, X, isa, [&](const auto& rows) {
        if (then == nullptr)
            return over_row_chunks(W, threads,
                                   [&](std::int64_t first, std::int64_t last) { rows(first, last, Y.row(first)); });
        over_panels(W.rows(), (W.nnz() + W.rows()) * b, threads, [&](std::int64_t first, std::int64_t last) {
            // Still in the thread's cache from the panel before: what `then` writes in its place is written once.
            thread_scratch<panel_of_Y> scratch(b == 1 ? 0 : static_cast<std::size_t>(panel_rows(W.rows()) * b));
            double* to = b == 1 ? Y.row(first) : scratch.data();
            rows(first, last, to);
            (*then)(first, last, to);
        });
    });
}

template <storage_scalar Scalar, index_integer Index>
void spmm_adjoint(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y,
                  int threads, const panel_task* then) {
    const std::int64_t b = X.columns;
    const std::int64_t strips = std::clamp<std::int64_t>(W.cols() / 1024, 1, threads);
    const auto* j = W.indices.data();
    const auto* w = W.values.data();
    with_entry_map(map, scale, [&](const auto& f) {
        parallel_for(threads, strips, [&](std::int64_t s) {
            const std::int64_t first = W.cols() * s / strips;
            const auto width = static_cast<std::uint64_t>(W.cols() * (s + 1) / strips - first);
            std::fill_n(Y.row(first), static_cast<std::int64_t>(width) * b, 0.0);
            for (std::int64_t i = 0; i < W.rows(); ++i) {
                const double* x = X.row(i);
                for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
                    const auto column = static_cast<std::int64_t>(j[p]);
                    if (static_cast<std::uint64_t>(column - first) >= width) continue;
                    const double a = f(w[p]);
                    double* y = Y.row(column);
                    for (std::int64_t c = 0; c < b; ++c) y[c] += a * x[c];
                }
            }
        });
    });
    if (then != nullptr) hand_on(as_block(Y), space(Y.rows, threads), *then);
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                                                        \
    template void spmm(const csr_view<Scalar, Index>&, entry_map, double, const_block, mutable_block, int,         \
                       const panel_task*, instruction_set);                                                        \
    template void spmm_adjoint(const csr_view<Scalar, Index>&, entry_map, double, const_block, mutable_block, int, \
                               const panel_task*);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
