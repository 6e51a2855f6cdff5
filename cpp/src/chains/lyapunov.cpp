#include "tangent_frame.hpp"

#include <rhochain/chains/batch_means.hpp>
#include <rhochain/chains/lyapunov.hpp>
#include <rhochain/chains/row_source.hpp>
#include <rhochain/kernels/random.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Logarithms of the cancellation in a factorization: aimed at, and tolerated.
constexpr double wanted_cancellation = 12.0;
constexpr double most_cancellation = 18.0;

constexpr std::int64_t longest_interval = 256;

// Sums of ln R_ii are kept at least this often, for the batches.
constexpr std::int64_t fewest_intervals = 64;

scaled_block random_columns(std::int64_t n, std::int64_t k, std::uint64_t seed, int threads) {
    buffer<double> entries(static_cast<std::size_t>(n * k));
    fill_gaussian(entries, seed, 0, threads);
    return {{entries.data(), n, k}, "start", threads};
}

// What a state counts before the integers of the batch means.
enum count : std::size_t { interval_length, factorizations, lost_directions, counts };

tangent_frame frame_to_begin_with(const chain_ref& P, std::int64_t k, const LyapunovOptions& options) {
    if (!options.saving.resume) return {P, random_columns(P.size(), k, options.seed, P.threads())};
    const chain_state& s = *options.saving.resume;
    if (s.vectors.rows != P.size() || s.vectors.columns != k || s.done < 0 || s.done > P.steps() ||
        s.integers.size() < counts || s.integers[interval_length] < 1 || s.reals.empty())
        throw std::invalid_argument("resume: got the state of another run or measure");
    const std::vector<std::int64_t> exponents(static_cast<std::size_t>(k), 0);
    return {P, {s.vectors, exponents, s.norms}, s.integers[lost_directions]};
}

class spectrum_run {
public:
    spectrum_run(const chain_ref& P, std::int64_t k, std::int64_t discard, const LyapunovOptions& options,
                 const chain_progress& progress)
        : size_(P.size()),
          steps_(P.steps()),
          discard_(discard),
          atol_(options.atol),
          progress_(progress),
          saver_(options.saving),
          frame_(frame_to_begin_with(P, k, options)),
          means_(k),
          longest_(std::clamp<std::int64_t>((P.steps() - discard) / fewest_intervals, 1, longest_interval)) {
        if (options.saving.resume) {
            take_up(*options.saving.resume, k);
        } else {
            frame_.factorize();
            stop_ = save(0, frame_.now());
        }
    }

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
    void take_up(const chain_state& s, std::int64_t k) {
        done_ = s.done;
        interval_ = s.integers[interval_length];
        result_.factorizations = s.integers[factorizations];
        result_.cancellation = s.reals.front();
        means_ = batch_means(k, s.integers.subspan(counts), s.reals.subspan(1));
        stop_ = atol_ > 0.0 && means_.batches() == batch_means::most && precise();
    }

    // Whether to stop.
    bool save(std::int64_t done, const tangent_frame::view& frame) {
        auto [integers, reals] = means_.numbers();
        integers.insert(integers.begin(), {interval_, result_.factorizations, frame.lost});
        reals.insert(reals.begin(), result_.cancellation);
        return saver_.save({done, frame.columns, integers, frame.norms, reals});
    }

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
        // A factorization that an unbroken run does not make: a run goes on from the last one that it makes.
        if (at < end) save(begin, at == begin ? frame_.now() : frame_.remembered());
        if (at == begin) return;
        const double cancellation = frame_.factorize();
        if (at - begin > 1 && cancellation > most_cancellation)
            repeat_one_by_one(at);
        else
            account(at - begin, cancellation);
        adapt(at - begin, cancellation);
        if (at == end && (stop_ || done_ == steps_ || saver_.due())) stop_ = save(done_, frame_.now()) || stop_;
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
    state_saver saver_;
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
