#include "spectra/norm/schur_test.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/solvers/positive_vector.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// Any positive vector is valid. Without entries far below the largest one no product underflows.
constexpr double least_part = 0x1p-60;

// max (|A|^T y)_j / x_j; x becomes |A|^T y.
double to_next_power(const linear_map& A, vector_in y, vector_out x) {
    largest_quotient quotient(x, A.domain());
    vector_block product(A.domain());
    A.apply_adjoint(entry_map::absolute, y, product, quotient.task());
    return quotient.get();
}

}  // namespace

Bound schur_upper_bound(const linear_map& A, vector_in start, double value, double rtol, Ledger& ledger) {
    constexpr double progress_wanted = 0.75;
    constexpr double least = std::numeric_limits<double>::denorm_min();
    // Bounds the loss of a sum by underflow and by entries that are not lossless, with entries of x or y of at least
    // least_part.
    const double lost = 3.0 * least / least_part * static_cast<double>(std::max(A.row_terms(), A.column_terms()));
    const double rounding = 1.0 + rounding_gamma(A.row_terms() + A.column_terms() + 8);
    vector_block x(A.domain()), y(A.range());
    copy(start, x, A.domain());
    make_positive(x, least_part, A.domain());
    Bound best{std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "Schur test with powers of |W|^T |W|"};
    bool over = false;
    run_stage stage(ledger, [&](state_archive& s) {
        s(best.value);
        s(over);
        if (!over) s(x, A.domain());
    });
    while (!stage.finished() && !over && !stage.exhausted()) {
        stage.mark();
        A.apply(entry_map::absolute, x, y);
        const double a = make_positive(y, least_part, A.range()) + lost;
        const double b = to_next_power(A, y, x) + lost;
        make_positive(x, least_part, A.domain());
        ledger.count(2);
        const double bound = std::sqrt(a) * std::sqrt(b) * rounding;
        const double before = std::exchange(best.value, std::min(best.value, bound));
        const bool gains = bound > value * (1.0 + rtol) && bound - value <= progress_wanted * (before - value);
        over = !gains || !std::isfinite(bound);
    }
    stage.close();
    return best;
}

}  // namespace rhochain
