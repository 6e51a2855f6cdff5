#include <rhochain/kernels/partial_sums.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/norms.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/row_panels.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {

namespace {

// Of the sums f(A) e, or f(A)^T e, of the entries of each row or column.
struct line_sums {
    double largest = 0.0;
    double total = 0.0;
};

class line_summation {
public:
    line_summation(operator_ref A, int threads)
        : A_(A),
          threads_(threads),
          ones_(static_cast<std::size_t>(std::max(A.rows(), A.cols())), 1.0),
          room_(ones_.size()) {}

    [[nodiscard]] line_sums rows(entry_map f) { return over(A_.rows(), f, &operator_ref::apply, A_.cols()); }
    [[nodiscard]] line_sums columns(entry_map f) { return over(A_.cols(), f, &operator_ref::apply_adjoint, A_.rows()); }

private:
    using product = void (operator_ref::*)(entry_map, const_block, mutable_block, int, panel_task) const;

    line_sums over(std::int64_t lines, entry_map f, product multiply, std::int64_t terms) {
        const auto count = static_cast<std::size_t>(panel_count(lines));
        std::vector<double> largest(count), total(count);
        (A_.*multiply)(f, const_block(vector_in(ones_).first(static_cast<std::size_t>(terms))),
                       mutable_block(vector_out(room_).first(static_cast<std::size_t>(lines))), threads_,
                       [&](std::int64_t first, std::int64_t last, const double* sums) {
                           const vector_in panel(sums, static_cast<std::size_t>(last - first));
                           const auto p = static_cast<std::size_t>(first / panel_rows(lines));
                           largest[p] = max_abs(panel, 1);
                           total[p] = sum(panel, 1);
                       });
        line_sums sums{max_abs(largest, 1), 0.0};
        add_in_order(lines, panel_rows(lines), total, {&sums.total, 1});
        return sums;
    }

    operator_ref A_;
    int threads_;
    buffer<double> ones_;
    buffer<double> room_;
};

}  // namespace

norm_bounds bound_norms(operator_ref A, int threads) {
    line_summation lines(A, threads);
    // The terms themselves, the sum and the outward step each round once more.
    const double rows = 1.0 + rounding_gamma(A.row_terms() + 4);
    const double columns = 1.0 + rounding_gamma(A.column_terms() + 4);
    // The most that the terms of a row or a column err by below the normal range: squares always, entries if lossy.
    constexpr double least = std::numeric_limits<double>::denorm_min();
    const double lost_in_row = least * static_cast<double>(A.row_terms());
    const double lost_in_column = least * static_cast<double>(A.column_terms());
    norm_bounds b;
    // A sum of one magnitude is that magnitude.
    b.inf = lines.rows(entry_map::absolute).largest * (A.row_terms() == 1 ? 1.0 : rows);
    b.one = lines.columns(entry_map::absolute).largest * (A.column_terms() == 1 ? 1.0 : columns);
    if (!A.lossless()) {
        b.inf += 2.0 * lost_in_row;
        b.one += 2.0 * lost_in_column;
    }
    const line_sums by_column = lines.columns(entry_map::squared);
    const line_sums by_row = lines.rows(entry_map::squared);
    const double largest_column = std::max(0.0, by_column.largest - lost_in_column) / columns;
    const double largest_row = std::max(0.0, by_row.largest - lost_in_row) / rows;
    const double total = by_row.total + (b.inf == 0.0 ? 0.0 : lost_in_row * static_cast<double>(A.rows()));
    const std::int64_t depth = A.row_terms() + sum_depth(panel_rows(A.rows())) + partial_depth(A.rows(), panel_rows(A.rows()));
    b.frobenius = std::sqrt(total) * (1.0 + rounding_gamma(depth + 4));
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
