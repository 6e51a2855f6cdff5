#include "kernels/vectors/block_ops.hpp"

#include <rhochain/kernels/space/over_rows.hpp>

namespace rhochain {

void scale_entries(double a, mutable_block X, const space& S) {
    over_panels(S, X.size(), [=](std::int64_t first, std::int64_t last) {
        scale(a, mutable_block(X.row(first), last - first, X.columns).flat());
    });
}

void combine_blocks(double a, const_block X, double b, mutable_block Y, const space& S) {
    over_panels(S, X.size(), [=](std::int64_t first, std::int64_t last) {
        const double* x = X.row(first);
        double* y = Y.row(first);
        for (std::int64_t p = 0; p < (last - first) * X.columns; ++p) y[p] = a * x[p] + b * y[p];
    });
}

void row_squares(const_block X, vector_out squares, const space& S) {
    over_ranges(S, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const double* x = X.row(i);
            double total = 0.0;
            for (std::int64_t j = 0; j < X.columns; ++j) total += x[j] * x[j];
            squares[static_cast<std::size_t>(i)] = total;
        }
    });
}

}  // namespace rhochain
