#include "kernels/vectors/block_ops.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

namespace rhochain {

void scale_entries(double a, block_out X, const space& S) {
    over_panels(S, X.size(), [a, X = entries_of(X)](std::int64_t first, std::int64_t last) {
        scale(a, mutable_block(X.row(first), last - first, X.columns).flat());
    });
}

void combine_blocks(double a, block_in X, double b, block_out Y, const space& S) {
    over_panels(S, X.size(), [a, b, X = entries_of(X), Y = entries_of(Y)](std::int64_t first, std::int64_t last) {
        const double* x = X.row(first);
        double* y = Y.row(first);
        for (std::int64_t p = 0; p < (last - first) * X.columns; ++p) y[p] = a * x[p] + b * y[p];
    });
}

void place_columns(double a, block_in X, std::int64_t first, block_out Y, const space& S) {
    over_ranges(S, [a, first, X = entries_of(X), Y = entries_of(Y)](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            for (std::int64_t j = 0; j < X.columns; ++j) Y.row(i)[first + j] = a * X.row(i)[j];
    });
}

void row_squares(block_in X, vector_out squares, const space& S) {
    over_ranges(S, [X = entries_of(X), squares = entries_of(squares)](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const double* x = X.row(i);
            double total = 0.0;
            for (std::int64_t j = 0; j < X.columns; ++j) total += x[j] * x[j];
            squares[static_cast<std::size_t>(i)] = total;
        }
    });
}

}  // namespace rhochain
