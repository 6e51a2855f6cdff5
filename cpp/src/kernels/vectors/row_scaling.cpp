#include "kernels/vectors/row_scaling.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/column_squares.hpp"

namespace rhochain {

void scale_panel(double weight, vector_in d, block_in X, block_out Y, std::int64_t first, std::int64_t last) {
    const double *factor = entries_of(d).data(), *x = entries_of(X).data;
    double* y = entries_of(Y).data;
    with_columns(X.columns(), [=, any = X.columns()](auto columns) {
        constexpr std::int64_t B = columns;
        const std::int64_t b = B > 0 ? B : any;
        if constexpr (B == 1) {
#pragma GCC ivdep
            for (std::int64_t i = first; i < last; ++i) y[i] = weight * factor[i] * x[i];
        } else {
            for (std::int64_t i = first; i < last; ++i) {
                const double w = weight * factor[i];
#pragma GCC ivdep
                for (std::int64_t p = i * b; p < (i + 1) * b; ++p) y[p] = w * x[p];
            }
        }
    });
}

void scale_rows(double weight, vector_in d, block_in X, block_out Y, const space& S) {
    over_panels(S, X.size(), [&](std::int64_t first, std::int64_t last) { scale_panel(weight, d, X, Y, first, last); });
}

}  // namespace rhochain
