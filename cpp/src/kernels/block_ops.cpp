#include <rhochain/kernels/block_ops.hpp>
#include <rhochain/kernels/parallel.hpp>

namespace rhochain {

void scale_rows(vector_in d, const_block X, mutable_block Y, int threads) {
    parallel_ranges(threads, X.rows, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const double a = d[static_cast<std::size_t>(i)];
            const double* x = X.row(i);
            double* y = Y.row(i);
            for (std::int64_t j = 0; j < X.columns; ++j) y[j] = a * x[j];
        }
    });
}

void row_squares(const_block X, vector_out squares, int threads) {
    parallel_ranges(threads, X.rows, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const double* x = X.row(i);
            double total = 0.0;
            for (std::int64_t j = 0; j < X.columns; ++j) total += x[j] * x[j];
            squares[static_cast<std::size_t>(i)] = total;
        }
    });
}

}  // namespace rhochain
