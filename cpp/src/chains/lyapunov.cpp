#include <rhochain/chains/batch_means.hpp>
#include <rhochain/chains/lyapunov.hpp>
#include <rhochain/chains/row_source.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/krylov/block_qr.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

constexpr double ln2 = 0.693147180559945309417232121458;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Logarithms of the cancellation in a factorization: aimed at, and tolerated.
constexpr double wanted_cancellation = 12.0;
constexpr double most_cancellation = 18.0;

constexpr std::int64_t longest_interval = 256;

// Sums of ln R_ii are kept at least this often, for the batches.
constexpr std::int64_t fewest_intervals = 64;

buffer<double> random_entries(std::int64_t n, std::int64_t k, std::uint64_t seed, int threads) {
    buffer<double> entries(static_cast<std::size_t>(n * k));
    fill_gaussian(entries, seed, 0, threads);
    return entries;
}

// The columns Q that chain steps stretch, and what orthonormalising them measures.
class tangent_frame {
public:
    tangent_frame(const chain_ref& P, buffer<double> entries, std::int64_t k)
        : threads_(P.threads()),
          factor_(P.factor(direction::forward, k)),
          Q_({entries.data(), P.size(), k}, "start", threads_),
          start_(entries.size()),
          y_(entries.size()),
          squares_(static_cast<std::size_t>(k)),
          norms_(squares_.size()),
          logs_(squares_.size()) {
        factorize();
    }

    void step(std::int64_t k) {
        const std::int64_t exponent =
            factor_(k, Q_.mantissas(), false, {y_.data(), Q_.rows(), Q_.columns()}, squares_);
        Q_.replace(y_, exponent, squares_, threads_);
    }

    // Makes the columns orthonormal, or zero where a direction is lost. Returns ln of the cancellation.
    double factorize() {
        const std::int64_t lost_before = lost_;
        lost_ = 0;
        const double least = orthonormalise(Q_.mantissas(), norms_, threads_);
        for (std::size_t c = 0; c < logs_.size(); ++c) {
            logs_[c] = std::log(norms_[c]) + static_cast<double>(Q_.exponents()[c]) * ln2;
            if (norms_[c] == 0.0) ++lost_;
            norms_[c] = norms_[c] > 0.0 ? 1.0 : 0.0;
        }
        Q_.restart(norms_);
        const double cancellation = lost_ > lost_before ? -std::log(lost_fraction) : -std::log(least);
        return std::max(0.0, cancellation);
    }

    // ln R_ii of the last factorization.
    [[nodiscard]] const std::vector<double>& logs() const { return logs_; }

    void remember() {
        const auto Q = std::as_const(Q_).mantissas().flat();
        std::copy(Q.begin(), Q.end(), start_.begin());
        start_norms_ = norms_;
        start_lost_ = lost_;
    }
    void return_to_remembered() {
        std::copy(start_.begin(), start_.end(), Q_.mantissas().data);
        norms_ = start_norms_;
        lost_ = start_lost_;
        Q_.restart(norms_);
    }

private:
    int threads_;
    chain_factor factor_;
    scaled_block Q_;
    buffer<double> start_;
    buffer<double> y_;
    std::vector<double> squares_;
    std::vector<double> norms_;
    std::vector<double> logs_;
    std::vector<double> start_norms_;
    std::int64_t lost_ = 0;
    std::int64_t start_lost_ = 0;
};

class spectrum_run {
public:
    spectrum_run(const chain_ref& P, std::int64_t k, std::int64_t discard, const LyapunovOptions& options,
                 const chain_progress& progress)
        : size_(P.size()),
          steps_(P.steps()),
          discard_(discard),
          atol_(options.atol),
          progress_(progress),
          frame_(P, random_entries(P.size(), k, options.seed, P.threads()), k),
          means_(k),
          longest_(std::clamp<std::int64_t>((P.steps() - discard) / fewest_intervals, 1, longest_interval)) {}

    LyapunovSpectrum run() {
        try {
            while (done_ < steps_ && !stop_) interval();
        } catch (const reading_stopped&) {
            // What is counted by now stands.
        }
        result_.exponents = means_.means();
        result_.errors = means_.errors();
        auto [steps, means] = means_.history();
        result_.history_steps = std::move(steps);
        result_.history = std::move(means);
        result_.done = done_;
        result_.steps = means_.steps();
        result_.discard = discard_;
        result_.batches = means_.batches();
        sum_up();
        return std::move(result_);
    }

private:
    void interval() {
        const std::int64_t begin = done_;
        const std::int64_t end = std::min(begin + interval_, begin < discard_ ? discard_ : steps_);
        if (end - begin > 1) frame_.remember();
        std::int64_t at = begin;
        try {
            while (at < end && !stop_) {
                frame_.step(at);
                ++at;
                stop_ = progress_ && progress_(at, steps_);
            }
        } catch (const reading_stopped&) {
            stop_ = true;
        }
        if (at == begin) return;
        const double cancellation = frame_.factorize();
        if (at - begin > 1 && cancellation > most_cancellation)
            repeat_one_by_one(at);
        else
            account(at - begin, cancellation);
        adapt(at - begin, cancellation);
    }

    void repeat_one_by_one(std::int64_t end) {
        frame_.return_to_remembered();
        while (done_ < end) {
            frame_.step(done_);
            account(1, frame_.factorize());
        }
    }

    // The steps after done_ that were factorized.
    void account(std::int64_t steps, double cancellation) {
        const bool counted = done_ >= discard_;
        done_ += steps;
        ++result_.factorizations;
        result_.cancellation = std::max(result_.cancellation, std::exp(cancellation));
        if (!counted) return;
        const bool changed = means_.add(steps, frame_.logs());
        if (atol_ > 0.0 && changed && means_.batches() == batch_means::most) stop_ = stop_ || precise();
    }

    [[nodiscard]] bool precise() const {
        const std::vector<double> errors = means_.errors();
        const std::vector<double> exponents = means_.means();
        for (std::size_t c = 0; c < errors.size(); ++c)
            if (std::isfinite(exponents[c]) && !(errors[c] <= atol_)) return false;
        return true;
    }

    // Shrinks at once, grows by a quarter at most: cancellation fluctuates.
    void adapt(std::int64_t steps, double cancellation) {
        const double m = static_cast<double>(steps);
        const double limit = cancellation > 0.0 ? m * wanted_cancellation / cancellation : 2.0 * m + 1.0;
        if (cancellation > wanted_cancellation)
            interval_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(limit));
        else if (steps == interval_)
            interval_ = std::min({interval_ + std::max<std::int64_t>(1, interval_ / 4), longest_,
                                  std::max<std::int64_t>(interval_, static_cast<std::int64_t>(limit))});
    }

    void sum_up() {
        result_.kaplan_yorke_dimension = kaplan_yorke_dimension(result_.exponents, size_);
        if (means_.steps() == 0) {
            result_.entropy_rate = result_.entropy_error = nan;
            return;
        }
        std::vector<std::int64_t> positive;
        for (std::size_t c = 0; c < result_.exponents.size(); ++c)
            if (result_.exponents[c] > 0.0) {
                positive.push_back(static_cast<std::int64_t>(c));
                result_.entropy_rate += result_.exponents[c];
            }
        result_.entropy_error = means_.error_of_sum(positive);
    }

    std::int64_t size_;
    std::int64_t steps_;
    std::int64_t discard_;
    double atol_;
    const chain_progress& progress_;
    tangent_frame frame_;
    batch_means means_;
    std::int64_t longest_;
    std::int64_t interval_ = 1;
    std::int64_t done_ = 0;
    bool stop_ = false;
    LyapunovSpectrum result_;
};

}  // namespace

double kaplan_yorke_dimension(std::span<const double> exponents, std::int64_t n) {
    std::vector<double> falling(exponents.begin(), exponents.end());
    if (std::any_of(falling.begin(), falling.end(), [](double x) { return std::isnan(x); })) return nan;
    std::sort(falling.begin(), falling.end(), std::greater<>());
    double sum = 0.0;
    for (std::size_t j = 0; j < falling.size(); ++j) {
        if (sum + falling[j] < 0.0) return static_cast<double>(j) - sum / falling[j];
        sum += falling[j];
    }
    const auto k = static_cast<std::int64_t>(falling.size());
    return k == n ? static_cast<double>(n) : nan;
}

LyapunovSpectrum lyapunov_spectrum(const chain_ref& P, std::int64_t k, const LyapunovOptions& options,
                                   const chain_progress& progress) {
    const std::int64_t K = P.steps();
    if (k < 1 || k > P.size())
        throw std::invalid_argument("k: got " + std::to_string(k) + ", expected 1 <= k <= n = " +
                                    std::to_string(P.size()));
    const std::int64_t discard = options.discard.value_or(K / 10);
    if (discard < 0 || discard >= std::max<std::int64_t>(1, K))
        throw std::invalid_argument("discard: got " + std::to_string(discard) + ", expected at least 0 and fewer than the " +
                                    std::to_string(K) + " steps of the chain");
    if (!(options.atol >= 0.0))
        throw std::invalid_argument("atol: got " + std::to_string(options.atol) + ", expected at least 0");
    return spectrum_run(P, k, discard, options, progress).run();
}

}  // namespace rhochain
