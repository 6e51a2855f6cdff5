#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/norms.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {

norm_bounds bound_norms(operator_ref A, int threads) {
    const auto m = static_cast<std::size_t>(A.rows());
    const auto n = static_cast<std::size_t>(A.cols());
    std::vector<double> ones(std::max(m, n), 1.0);
    std::vector<double> sums(std::max(m, n));
    const mutable_block by_row(vector_out(sums).first(m));
    const mutable_block by_column(vector_out(sums).first(n));
    const const_block ones_m{vector_in(ones).first(m)};
    const const_block ones_n{vector_in(ones).first(n)};

    // The terms themselves, the sum and the outward step each round once more.
    const double rows = 1.0 + rounding_gamma(A.row_terms() + 4);
    const double columns = 1.0 + rounding_gamma(A.column_terms() + 4);
    // The most that the terms of a row or a column err by below the normal range: squares always, entries if lossy.
    constexpr double least = std::numeric_limits<double>::denorm_min();
    const double lost_in_row = least * static_cast<double>(A.row_terms());
    const double lost_in_column = least * static_cast<double>(A.column_terms());
    norm_bounds b;
    // A sum of one magnitude is that magnitude.
    A.apply(entry_map::absolute, ones_n, by_row);
    b.inf = max_abs(by_row.flat(), threads) * (A.row_terms() == 1 ? 1.0 : rows);
    A.apply_adjoint(entry_map::absolute, ones_m, by_column);
    b.one = max_abs(by_column.flat(), threads) * (A.column_terms() == 1 ? 1.0 : columns);
    if (!A.lossless()) {
        b.inf += 2.0 * lost_in_row;
        b.one += 2.0 * lost_in_column;
    }
    A.apply_adjoint(entry_map::squared, ones_m, by_column);
    const double largest_column = std::max(0.0, max_abs(by_column.flat(), threads) - lost_in_column) / columns;
    A.apply(entry_map::squared, ones_n, by_row);
    const double largest_row = std::max(0.0, max_abs(by_row.flat(), threads) - lost_in_row) / rows;
    const double total = sum(by_row.flat(), threads) + (b.inf == 0.0 ? 0.0 : lost_in_row * static_cast<double>(m));
    b.frobenius = std::sqrt(total) * (1.0 + rounding_gamma(A.row_terms() + sum_depth(A.rows()) + 4));
    b.row_column = std::sqrt(std::max(largest_row, largest_column)) * (1.0 - 0x1p-51);

    b.one_inf = b.one == b.inf ? b.one : std::sqrt(b.one) * std::sqrt(b.inf) * (1.0 + 0x1p-50);
    b.upper = b.frobenius < b.one_inf ? Bound{b.frobenius, Grade::proved, 0.0, "Frobenius norm"}
                                   : Bound{b.one_inf, Grade::proved, 0.0, "sqrt(||W||_1 ||W||_inf)"};
    b.lower = {b.row_column, Grade::proved, 0.0, "largest row or column norm"};
    return b;
}

norm_bounds rescaled(norm_bounds b, int exponent) {
    for (double* x : {&b.one, &b.inf, &b.one_inf, &b.frobenius, &b.upper.value}) *x = shifted_up(*x, exponent);
    for (double* x : {&b.row_column, &b.lower.value}) *x = shifted_down(*x, exponent);
    return b;
}

}  // namespace rhochain
