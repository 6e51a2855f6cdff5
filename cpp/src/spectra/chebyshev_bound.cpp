#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/chebyshev_bound.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

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
    recurrence(operator_ref A, double guess, const_block Z, int threads)
        : A_(A),
          inverse_guess_(1.0 / guess),
          threads_(threads),
          now_(Z.flat().begin(), Z.flat().end()),
          before_(now_.size(), 0.0),
          image_(static_cast<std::size_t>(A.rows() * Z.columns)),
          next_(now_.size()),
          columns_(Z.columns) {}

    void step() {
        const std::int64_t n = A_.cols();
        const mutable_block image(image_.data(), A_.rows(), columns_);
        // One factor at a time: the square of a guess may leave the range of float64.
        A_.apply_both(const_block(now_.data(), n, columns_), image, mutable_block(next_.data(), n, columns_), threads_,
                      [&](std::int64_t first, std::int64_t last, const double*) {
                          scale(inverse_guess_, vector_out(image.row(first), static_cast<std::size_t>((last - first) * columns_)), 1);
                      });
        const double twice = first_ ? 1.0 : 2.0;
        combine(-twice, now_, 2.0 * twice * inverse_guess_, next_, threads_);
        axpy(-1.0, before_, next_, threads_);
        std::swap(before_, now_);
        std::swap(now_, next_);
        first_ = false;
        keep_in_range();
    }

    // ln max_j ||T_k z_j||
    [[nodiscard]] double log_largest_column() const {
        double largest = 0.0;
        std::vector<double> column(static_cast<std::size_t>(A_.cols()));
        for (std::int64_t j = 0; j < columns_; ++j) {
            for (std::size_t i = 0; i < column.size(); ++i)
                column[i] = now_[i * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(j)];
            largest = std::max(largest, norm2(column, threads_));
        }
        return std::log(largest) + static_cast<double>(exponent_) * ln2;
    }

private:
    // Beyond a guess far too small the polynomial grows without limit: a power of two is taken out of both terms.
    void keep_in_range() {
        constexpr int far = 64;
        const int e = binary_exponent(max_abs(now_, threads_));
        if (e <= far) return;
        scale(std::ldexp(1.0, -e), now_, threads_);
        scale(std::ldexp(1.0, -e), before_, threads_);
        exponent_ += e;
    }

    operator_ref A_;
    double inverse_guess_;
    int threads_;
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
    const double wanted = acosh_exp(std::max(0.0, log_amplification(probes, delta) + 0.5 * std::log(static_cast<double>(n))));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(wanted / (2.0 * std::acosh(1.0 + accuracy)))));
}

double affordable_accuracy(std::int64_t n, std::int64_t probes, double delta, double wanted, std::int64_t most_steps) {
    constexpr double finest = 1e-12;
    double accuracy = std::max(finest, wanted);
    while (chebyshev_steps(n, probes, delta, accuracy) > most_steps) accuracy *= 1.5;
    return accuracy;
}

Bound chebyshev_upper_bound(operator_ref A, std::span<const std::int64_t> outside, const chebyshev_probe& probe,
                            const SolverOptions& options, Ledger& ledger) {
    const int threads = resolve_threads(options.threads);
    const std::int64_t n = A.cols();
    Bound bound{std::numeric_limits<double>::infinity(), Grade::probable, probe.delta, "Chebyshev on random probes"};
    const std::int64_t k = chebyshev_steps(n, probe.probes, probe.delta, probe.accuracy);
    if (!ledger.affords(2 * probe.probes * k)) return bound;
    std::vector<double> start(static_cast<std::size_t>(n * probe.probes));
    fill_gaussian(start, options.seed, probe.stream, threads);
    const mutable_block Z(start.data(), n, probe.probes);
    for (const std::int64_t i : outside) std::fill_n(Z.row(i), probe.probes, 0.0);
    recurrence T(A, probe.guess, Z, threads);
    start = {};
    for (std::int64_t j = 0; j < k; ++j) {
        if (ledger.exhausted()) return bound;
        T.step();
        ledger.count(2 * probe.probes);
    }
    const std::int64_t terms = A.entrywise() ? A.row_terms() + A.column_terms() : 2 * sum_depth(n);
    const double rounding = rounding_gamma(k * k * (terms + 16));
    const double log_N = log_amplification(probe.probes, probe.delta) + T.log_largest_column() + rounding;
    // A zero or a number out of range is no norm of T_k Z.
    if (!std::isfinite(log_N)) return bound;
    bound.value = probe.guess * std::cosh(acosh_exp(std::max(0.0, log_N)) / static_cast<double>(2 * k)) * (1.0 + 0x1p-45);
    return bound;
}

}  // namespace rhochain
