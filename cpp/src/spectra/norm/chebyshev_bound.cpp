#include "spectra/norm/chebyshev_bound.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/chebyshev_step.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/block_ops.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

constexpr double ln2 = 0.693147180559945309417232121458;

double log_amplification(std::int64_t probes, double delta) {
    constexpr double half_log_2_over_pi = -0.22579135264472743236;
    return half_log_2_over_pi - std::log(delta) / static_cast<double>(probes);
}

// arccosh(exp(x)) for x >= 0, without overflow.
double acosh_exp(double x) { return x > 30.0 ? x + ln2 : std::acosh(std::exp(x)); }

// The three-term recurrence T_{j+1} = 2 C T_j - T_{j-1}, C = (2 / guess^2) A^T A - I, on a block.
class recurrence {
public:
    // T_0 = `start` (n x columns).
    recurrence(const linear_map& A, double guess, buffer<double> start, std::int64_t columns)
        : A_(A),
          inverse_guess_(1.0 / guess),
          now_(std::move(start)),
          before_(now_.size(), 0.0),
          image_(static_cast<std::size_t>(A.range().length() * columns)),
          next_(now_.size()),
          columns_(columns) {}

    void step() {
        const mutable_block image(image_.data(), A_.range().length(), columns_);
        // 1 / guess after each product: the square of a guess may leave the range of float64.
        A_.apply_both(view(now_), image, view(next_), scaling_of_panels(inverse_guess_, image));
        const double twice = first_ ? 1.0 : 2.0;
        const double largest =
            to_next_term(-twice, view(now_), 2.0 * twice * inverse_guess_, view(before_), view(next_), A_.domain());
        std::swap(before_, now_);
        std::swap(now_, next_);
        first_ = false;
        keep_in_range(largest);
    }

    // ln max_j ||T_k z_j||
    [[nodiscard]] double log_largest_column() {
        double largest = 0.0;
        const vector_out column = vector_out(next_).first(static_cast<std::size_t>(A_.domain().length()));
        for (std::int64_t j = 0; j < columns_; ++j) {
            copy_column(view(now_), j, column, A_.domain());
            largest = std::max(largest, norm2(column, A_.domain()));
        }
        return std::log(largest) + static_cast<double>(exponent_) * ln2;
    }

private:
    [[nodiscard]] mutable_block view(buffer<double>& X) const { return {X.data(), A_.domain().length(), columns_}; }

    // With a guess far too small the terms grow without limit: divides both terms by a power of two.
    void keep_in_range(double largest) {
        constexpr int far = 64;
        const int e = binary_exponent(largest);
        if (e <= far) return;
        scale_entries(std::ldexp(1.0, -e), view(now_), A_.domain());
        scale_entries(std::ldexp(1.0, -e), view(before_), A_.domain());
        exponent_ += e;
    }

    linear_map A_;
    double inverse_guess_;
    buffer<double> now_;
    buffer<double> before_;
    buffer<double> image_;
    buffer<double> next_;
    std::int64_t columns_;
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
    const std::int64_t rows = A.domain().length();
    buffer<double> start(static_cast<std::size_t>(rows * probe.probes));
    block.draw(mutable_block(start.data(), rows, probe.probes), options.seed, probe.stream);
    recurrence T(A, probe.guess, std::move(start), probe.probes);
    for (std::int64_t j = 0; j < k; ++j) {
        if (ledger.exhausted()) return bound;
        T.step();
        ledger.count(2 * probe.probes);
    }
    const std::int64_t terms = A.entrywise() ? A.row_terms() + A.column_terms() : 2 * A.domain().sum_depth();
    const double rounding = rounding_gamma(k * k * (terms + 16));
    const double log_N = log_amplification(probe.probes, probe.delta) + T.log_largest_column() + rounding;
    // A norm that is zero or out of range gives no bound.
    if (!std::isfinite(log_N)) return bound;
    const double angle = acosh_exp(std::max(0.0, log_N)) / static_cast<double>(2 * k);
    bound.value = probe.guess * std::cosh(angle) * (1.0 + 0x1p-45);
    return bound;
}

}  // namespace rhochain
