#include <rhochain/spectra/norm/norms.hpp>

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/solvers/line_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhochain {
namespace {

// The sums f(A) e of the rows of A and f(A)^T e of its columns, e = (1, .., 1).
class line_summation {
public:
    explicit line_summation(const linear_map& A)
        : A_(A),
          longer_(A.range().length() > A.domain().length() ? A.range() : A.domain()),
          ones_(longer_),
          products_(longer_) {
        fill(1.0, ones_, longer_);
    }

    [[nodiscard]] line_sums rows(entry_map f) { return over(A_.range(), f, &linear_map::apply, A_.domain()); }
    [[nodiscard]] line_sums columns(entry_map f) {
        return over(A_.domain(), f, &linear_map::apply_adjoint, A_.range());
    }

private:
    using product = void (linear_map::*)(entry_map, block_in, block_out, panel_task) const;

    [[nodiscard]] line_sums over(const space& lines, entry_map f, product multiply, const space& terms) {
        line_sums sums(lines);
        (A_.*multiply)(f, vector_in(ones_).first(terms.length()), vector_out(products_).first(lines.length()),
                       sums.task());
        return sums;
    }

    linear_map A_;
    space longer_;
    vector_block ones_;
    vector_block products_;
};

}  // namespace

norm_bounds bound_norms(const linear_map& A) {
    line_summation lines(A);
    // The terms themselves, the sum and the outward step each round once more.
    const double rows = 1.0 + rounding_gamma(A.row_terms() + 4);
    const double columns = 1.0 + rounding_gamma(A.column_terms() + 4);
    // The most that the terms of a row or a column err by below the normal range: squares always, entries if lossy.
    constexpr double least = std::numeric_limits<double>::denorm_min();
    const double lost_in_row = least * static_cast<double>(A.row_terms());
    const double lost_in_column = least * static_cast<double>(A.column_terms());
    norm_bounds b;
    // A sum of one magnitude is that magnitude.
    b.inf = lines.rows(entry_map::absolute).largest() * (A.row_terms() == 1 ? 1.0 : rows);
    b.one = lines.columns(entry_map::absolute).largest() * (A.column_terms() == 1 ? 1.0 : columns);
    if (!A.lossless()) {
        b.inf += 2.0 * lost_in_row;
        b.one += 2.0 * lost_in_column;
    }
    const line_sums by_row = lines.rows(entry_map::squared);
    const double total = by_row.total() + (b.inf == 0.0 ? 0.0 : lost_in_row * static_cast<double>(A.rows()));
    const std::int64_t depth = A.row_terms() + line_sums::depth_of_total(A.range());
    b.frobenius = std::sqrt(total) * (1.0 + rounding_gamma(depth + 4));
    b.lower = {0.0, Grade::proved, 0.0, "a norm is not negative"};
    if (A.entrywise()) {
        const line_sums by_column = lines.columns(entry_map::squared);
        const double largest_column = std::max(0.0, by_column.largest() - lost_in_column) / columns;
        const double largest_row = std::max(0.0, by_row.largest() - lost_in_row) / rows;
        b.row_column = std::sqrt(std::max(largest_row, largest_column)) * (1.0 - 0x1p-51);
        b.lower = {b.row_column, Grade::proved, 0.0, "largest row or column norm"};
    }
    b.one_inf = b.one == b.inf ? b.one : std::sqrt(b.one) * std::sqrt(b.inf) * (1.0 + 0x1p-50);
    b.upper = b.frobenius < b.one_inf ? Bound{b.frobenius, Grade::proved, 0.0, "Frobenius norm"}
                                      : Bound{b.one_inf, Grade::proved, 0.0, "sqrt(||W||_1 ||W||_inf)"};
    return b;
}

norm_bounds rescaled(norm_bounds b, int exponent) {
    for (double* x : {&b.one, &b.inf, &b.one_inf, &b.frobenius, &b.upper.value}) *x = shifted_up(*x, exponent);
    for (double* x : {&b.row_column, &b.lower.value}) *x = shifted_down(*x, exponent);
    return b;
}

}  // namespace rhochain
