#include "kernels/vectors/block_ops.hpp"
#include <rhochain/kernels/space/over_rows.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

void scale_rows(vector_in d, const_block X, mutable_block Y, const space& S) {
    over_ranges(S, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const double a = d[static_cast<std::size_t>(i)];
            const double* x = X.row(i);
            double* y = Y.row(i);
            for (std::int64_t j = 0; j < X.columns; ++j) y[j] = a * x[j];
        }
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

void exponential_pairs(vector_in d, double most, vector_out D, vector_out inverse, const space& S) {
    over_ranges(S, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            D[i] = std::exp(std::clamp(d[i], -most, most));
            inverse[i] = 1.0 / D[i];
        }
    });
}

}  // namespace rhochain
