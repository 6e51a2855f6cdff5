#include "spectra/norm/chebyshev_bound.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/chebyshev_step.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/block_ops.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace rhochain {
namespace {

double log_amplification(std::int64_t probes, double delta) {
    constexpr double half_log_2_over_pi = -0.22579135264472743236;
    return half_log_2_over_pi - std::log(delta) / static_cast<double>(probes);
}

// arccosh(exp(x)) for x >= 0, without overflow.
double acosh_exp(double x) { return x > 30.0 ? x + std::numbers::ln2 : std::acosh(std::exp(x)); }

// The three-term recurrence T_{j+1} = 2 C T_j - T_{j-1}, C = (2 / guess^2) A^T A - I, on a block.
class recurrence {
public:
    recurrence(const linear_map& A, double guess, vector_block start)
        : A_(A),
          inverse_guess_(1.0 / guess),
          now_(std::move(start)),
          before_(A.domain(), now_.columns()),
          image_(A.range(), now_.columns()),
          next_(A.domain(), now_.columns()) {
        fill_columns(0.0, 0, before_, A.domain());
    }

    void step() {
        // 1 / guess after each product: the square of a guess may leave the range of float64.
        A_.apply_both(now_, image_, next_, scaling_of_panels(inverse_guess_, image_));
        const double twice = first_ ? 1.0 : 2.0;
        const double largest = to_next_term(-twice, now_, 2.0 * twice * inverse_guess_, before_, next_, A_.domain());
        std::swap(before_, now_);
        std::swap(now_, next_);
        first_ = false;
        keep_in_range(largest);
    }

    void exchange(state_archive& s) {
        s(now_, A_.domain());
        s(before_, A_.domain());
        s.within(exponent_, 0, std::int64_t{1} << 50);
        s(first_);
    }

    // ln max_j ||T_k z_j||
    [[nodiscard]] double log_largest_column() {
        double largest = 0.0;
        const vector_out column = next_.view().flat().first(A_.domain().length());
        for (std::int64_t j = 0; j < now_.columns(); ++j) {
            copy_column(now_, j, column, A_.domain());
            largest = std::max(largest, norm2(column, A_.domain()));
        }
        return std::log(largest) + static_cast<double>(exponent_) * std::numbers::ln2;
    }

private:
    // With a guess far too small the terms grow without limit: divides both terms by a power of two.
    void keep_in_range(double largest) {
        constexpr int far = 64;
        const int e = binary_exponent(largest);
        if (e <= far) return;
        scale_entries(std::ldexp(1.0, -e), now_, A_.domain());
        scale_entries(std::ldexp(1.0, -e), before_, A_.domain());
        exponent_ += e;
    }

    linear_map A_;
    double inverse_guess_;
    vector_block now_;  // n x columns
    vector_block before_;
    vector_block image_;
    vector_block next_;
    std::int64_t exponent_ = 0;
    bool first_ = true;
};

}  // namespace

std::int64_t chebyshev_steps(std::int64_t n, std::int64_t probes, double delta, double accuracy) {
    const double log_N = log_amplification(probes, delta) + 0.5 * std::log(static_cast<double>(n));
    const double steps = std::ceil(acosh_exp(std::max(0.0, log_N)) / (2.0 * std::acosh(1.0 + accuracy)));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(steps));
}

double affordable_accuracy(std::int64_t n, std::int64_t probes, double delta, double wanted, std::int64_t most_steps) {
    constexpr double finest = 1e-12;
    double accuracy = std::max(finest, wanted);
    while (chebyshev_steps(n, probes, delta, accuracy) > most_steps) accuracy *= 1.5;
    return accuracy;
}

Bound chebyshev_upper_bound(const irreducible_block& block, const chebyshev_probe& probe, const SolverOptions& options,
                            Ledger& ledger) {
    const linear_map& A = block.map();
    const std::int64_t n = A.cols();
    Bound bound{std::numeric_limits<double>::infinity(), Grade::probable, probe.delta, "Chebyshev on random probes"};
    const std::int64_t k = chebyshev_steps(n, probe.probes, probe.delta, probe.accuracy);
    if (!ledger.affords(2 * probe.probes * k)) return bound;
    vector_block start(A.domain(), probe.probes);
    block.draw(start, options.seed, probe.stream);
    recurrence T(A, probe.guess, std::move(start));
    std::int64_t steps = 0;
    double log_largest = 0.0;
    run_stage stage(ledger, [&](state_archive& s) {
        s.within(steps, 0, k);
        s(log_largest);
        if (steps < k) T.exchange(s);
    });
    for (; steps < k && !stage.finished() && !stage.exhausted(); ++steps) {
        stage.mark();
        T.step();
        ledger.count(2 * probe.probes);
    }
    if (steps == k && !stage.finished()) log_largest = T.log_largest_column();
    stage.close();
    if (steps < k) return bound;
    const std::int64_t terms = A.bounded() ? A.row_terms() + A.column_terms() : 2 * A.domain().sum_depth();
    const double spread = std::max(1.0, probe.magnitude / probe.guess);
    const double rounding = rounding_gamma(k * k * (terms + 16)) * spread * spread;
    const double log_N = log_amplification(probe.probes, probe.delta) + log_largest + rounding;
    // A norm that is zero or out of range gives no bound.
    if (!std::isfinite(log_N)) return bound;
    const double angle = acosh_exp(std::max(0.0, log_N)) / static_cast<double>(2 * k);
    bound.value = probe.guess * std::cosh(angle) * (1.0 + 0x1p-45);
    return bound;
}

}  // namespace rhochain
