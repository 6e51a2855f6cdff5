#include <rhochain/kernels/spmm.hpp>

#include <algorithm>
#include <cstddef>

namespace rhochain {
namespace {

// A chunk of rows carries about this many rows and entries together.
constexpr std::int64_t chunk_weight = 1 << 15;

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
double row_product(const Index* j, const Scalar* w, std::int64_t begin, std::int64_t end, const double* x,
                   const Map& f) {
    double total = 0.0;
    for (std::int64_t p = begin; p < end; ++p) total += f(w[p]) * x[j[p]];
    return total;
}

// One row of the block product; Columns > 0 is known at compile time and keeps the sums in registers.
template <int Columns, class Index, class Scalar, class Map>
void row_block_product(const Index* j, const Scalar* w, std::int64_t begin, std::int64_t end, const_block X,
                       double* y, const Map& f) {
    const std::int64_t b = Columns > 0 ? Columns : X.columns;
    constexpr std::size_t slots = Columns > 0 ? Columns : 1;
    double fixed[slots] = {};
    double* total = Columns > 0 ? fixed : y;
    if (Columns == 0) std::fill(y, y + b, 0.0);
    for (std::int64_t p = begin; p < end; ++p) {
        const double a = f(w[p]);
        const double* x = X.data + static_cast<std::int64_t>(j[p]) * b;
        for (std::int64_t c = 0; c < b; ++c) total[c] += a * x[c];
    }
    if (Columns > 0) std::copy(total, total + b, y);
}

template <int Columns, class Matrix, class Map, class OverRows>
void row_blocks(const Matrix& W, const_block X, mutable_block Y, const Map& f, const OverRows& over_rows) {
    const auto* j = W.indices.data();
    const auto* w = W.values.data();
    over_rows([&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            if constexpr (Columns == 1)
                Y.data[i] = row_product(j, w, W.row_begin(i), W.row_end(i), X.data, f);
            else
                row_block_product<Columns>(j, w, W.row_begin(i), W.row_end(i), X, Y.row(i), f);
        }
    });
}

// Calls over_rows(rows), where rows(first, last) does some rows.
template <class Matrix, class OverRows>
void multiply(const Matrix& W, entry_map map, double scale, const_block X, mutable_block Y, const OverRows& over_rows) {
    with_entry_map(map, scale, [&](const auto& f) {
        switch (X.columns) {
            case 1: return row_blocks<1>(W, X, Y, f, over_rows);
            case 2: return row_blocks<2>(W, X, Y, f, over_rows);
            case 4: return row_blocks<4>(W, X, Y, f, over_rows);
            case 8: return row_blocks<8>(W, X, Y, f, over_rows);
            case 16: return row_blocks<16>(W, X, Y, f, over_rows);
            default: return row_blocks<0>(W, X, Y, f, over_rows);
        }
    });
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
void spmm(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y,
          int threads) {
    multiply(W, map, scale, X, Y, [&](const auto& rows) { over_row_chunks(W, threads, rows); });
}

template <storage_scalar Scalar, index_integer Index>
void spmm(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          panel_task then) {
    multiply(W, map, scale, X, Y, [&](const auto& rows) {
        over_panels(W.rows(), (W.nnz() + W.rows()) * X.columns, threads, [&](std::int64_t first, std::int64_t last) {
            rows(first, last);
            then(first, last, Y.row(first));
        });
    });
}

template <storage_scalar Scalar, index_integer Index>
void spmm_adjoint(const csr_view<Scalar, Index>& W, entry_map map, double scale, const_block X, mutable_block Y,
                  int threads) {
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
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                                                              \
    template void spmm(const csr_view<Scalar, Index>&, entry_map, double, const_block, mutable_block, int);             \
    template void spmm(const csr_view<Scalar, Index>&, entry_map, double, const_block, mutable_block, int, panel_task); \
    template void spmm_adjoint(const csr_view<Scalar, Index>&, entry_map, double, const_block, mutable_block, int);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
