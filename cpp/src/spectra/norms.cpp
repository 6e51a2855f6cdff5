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
    norm_bounds b;
    A.apply(entry_map::absolute, ones_n, by_row);
    b.inf = max_abs(by_row.flat(), threads) * rows;
    A.apply_adjoint(entry_map::absolute, ones_m, by_column);
    b.one = max_abs(by_column.flat(), threads) * columns;
    A.apply_adjoint(entry_map::squared, ones_m, by_column);
    const double largest_column = max_abs(by_column.flat(), threads) / columns;
    A.apply(entry_map::squared, ones_n, by_row);
    const double largest_row = max_abs(by_row.flat(), threads) / rows;
    const double total = sum(by_row.flat(), threads);
    b.frobenius = std::sqrt(total) * (1.0 + rounding_gamma(A.row_terms() + sum_depth(A.rows()) + 4));
    b.row_column = std::sqrt(std::max(largest_row, largest_column)) * (1.0 - 0x1p-51);

    b.one_inf = std::sqrt(b.one) * std::sqrt(b.inf) * (1.0 + 0x1p-50);
    b.upper = b.frobenius < b.one_inf ? Bound{b.frobenius, Grade::proved, 0.0, "Frobenius norm"}
                                   : Bound{b.one_inf, Grade::proved, 0.0, "sqrt(||W||_1 ||W||_inf)"};
    b.lower = {b.row_column, Grade::proved, 0.0, "largest row or column norm"};
    return b;
}

norm_bounds rescaled(norm_bounds b, int exponent) {
    if (exponent == 0) return b;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto outwards = [exponent](double x, double direction) {
        return x == 0.0 ? x : std::nextafter(std::ldexp(x, exponent), direction);
    };
    for (double* x : {&b.one, &b.inf, &b.one_inf, &b.frobenius, &b.upper.value}) *x = outwards(*x, infinity);
    for (double* x : {&b.row_column, &b.lower.value}) *x = outwards(*x, 0.0);
    return b;
}

}  // namespace rhochain
