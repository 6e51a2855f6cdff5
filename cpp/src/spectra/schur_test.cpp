#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/schur_test.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/row_panels.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

// Any positive vector will do; one without entries far below the largest keeps products away from underflow.
constexpr double least_part = 0x1p-60;

// Makes x into |x| / m, m = max |x|, but for entries that would fall below least_part. Returns m.
double make_positive(vector_out x, int threads) {
    const double m = max_abs(x, threads);
    const auto n = static_cast<std::int64_t>(x.size());
    over_panels(n, n, threads, [&](std::int64_t first, std::int64_t last) {
        for (double& entry : x.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)))
            entry = std::max(std::abs(entry) / m, least_part);
    });
    return m;
}

// max (|A|^T y)_j / x_j; |A|^T y takes the place of x.
double to_next_power(operator_ref A, vector_in y, vector_out x, int threads) {
    const auto n = static_cast<std::int64_t>(x.size());
    std::vector<double> largest(static_cast<std::size_t>(panel_count(n)), 0.0);
    buffer<double> room(x.size());
    A.apply_adjoint(entry_map::absolute, const_block(y), mutable_block(room), threads,
                    [&](std::int64_t first, std::int64_t last, const double* product) {
                        double& most = largest[static_cast<std::size_t>(first / panel_rows(n))];
                        for (std::int64_t j = first; j < last; ++j) {
                            double& entry = x[static_cast<std::size_t>(j)];
                            most = std::max(most, product[j - first] / entry);
                            entry = product[j - first];
                        }
                    });
    return *std::max_element(largest.begin(), largest.end());
}

}  // namespace

Bound schur_upper_bound(operator_ref A, vector_in start, double value, double rtol, int threads, Ledger& ledger) {
    constexpr double progress_wanted = 0.75;
    constexpr double least = std::numeric_limits<double>::denorm_min();
    // What underflow, and entries that are not lossless, may take from a sum, beside entries of x or y of at least least_part.
    const double lost = 3.0 * least / least_part * static_cast<double>(std::max(A.row_terms(), A.column_terms()));
    const double rounding = 1.0 + rounding_gamma(A.row_terms() + A.column_terms() + 8);
    buffer<double> x(start.begin(), start.end());
    make_positive(x, threads);
    buffer<double> y(static_cast<std::size_t>(A.rows()));
    Bound best{std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "Schur test with powers of |W|^T |W|"};
    while (!ledger.exhausted()) {
        A.apply(entry_map::absolute, const_block(x), mutable_block(y));
        const double a = make_positive(y, threads) + lost;
        const double b = to_next_power(A, y, x, threads) + lost;
        make_positive(x, threads);
        ledger.count(2);
        const double bound = std::sqrt(a) * std::sqrt(b) * rounding;
        const double before = std::exchange(best.value, std::min(best.value, bound));
        if (!(bound > value * (1.0 + rtol) && bound - value <= progress_wanted * (before - value))) break;
        if (!std::isfinite(bound)) break;
    }
    return best;
}

}  // namespace rhochain
