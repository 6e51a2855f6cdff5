#include "chains/measures/frame_walk.hpp"

#include <rhochain/chains/measures/lyapunov.hpp>
#include <rhochain/chains/rows/row_source.hpp>
#include "chains/measures/batch_means.hpp"
#include "chains/resumed_state.hpp"
#include "kernels/vectors/caller_arrays.hpp"

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

// Sums of ln R_ii are kept at least this often, for the batches.
constexpr std::int64_t fewest_intervals = 64;

// What a state counts before the integers of the batch means.
enum count : std::size_t { interval_length, factorizations, lost_directions, counts };

void require_state(const chain_state& s, const chain_ref& P, std::int64_t k) {
    const bool fits = s.vectors.rows == P.size() && s.vectors.columns == k && s.done >= 0 && s.done <= P.steps() &&
                      s.integers.size() >= counts && s.integers[interval_length] >= 1 && !s.reals.empty();
    if (!fits) refuse_state();
}

// Of the state, if there is one.
tangent_frame first_frame(const chain_ref& P, std::int64_t k, std::uint64_t seed, const chain_state* state) {
    if (state == nullptr) return {P, k, seed};
    const std::vector<std::int64_t> exponents(static_cast<std::size_t>(k), 0);
    return {P, {from_caller(state->vectors), exponents, state->norms, P.domain()}, state->integers[lost_directions]};
}

class spectrum_run : private frame_walker {
public:
    // From `state`, or from step 0 where it is null.
    spectrum_run(const chain_ref& P, std::int64_t k, std::int64_t discard, const LyapunovOptions& options,
                 const chain_state* state, const chain_progress& progress)
        : S_(P.domain()),
          steps_(P.steps()),
          discard_(discard),
          atol_(options.atol),
          progress_(progress),
          saver_(options.saving, S_),
          walk_(first_frame(P, k, options.seed, state),
                std::clamp<std::int64_t>((P.steps() - discard) / fewest_intervals, 1, frame_walk::longest_interval)),
          means_(k) {
        if (state != nullptr) {
            resume(*state, k);
        } else {
            walk_.frame().factorize();
            stop_ = save(0, walk_.frame().now());
        }
    }

    LyapunovSpectrum run() {
        try {
            while (walk_.done() < steps_ && !stop_) {
                const bool whole = walk_.advance(walk_.done() < discard_ ? discard_ : steps_, *this);
                if (!whole) break;
                if (stop_ || walk_.done() == steps_ || saver_.due())
                    stop_ = save(walk_.done(), walk_.frame().now()) || stop_;
            }
        } catch (const reading_stopped&) {
            // The intervals counted so far are valid.
        }
        result_.exponents = means_.means();
        result_.errors = means_.errors();
        auto [steps, means] = means_.history();
        result_.history_steps = std::move(steps);
        result_.history = std::move(means);
        result_.done = walk_.done();
        result_.steps = means_.steps();
        result_.discard = discard_;
        result_.batches = means_.batches();
        sum_up();
        return std::move(result_);
    }

private:
    void resume(const chain_state& s, std::int64_t k) {
        walk_.go_on_from(s.done, s.integers[interval_length]);
        result_.factorizations = s.integers[factorizations];
        result_.cancellation = s.reals.front();
        S_.attempt([&] { means_ = batch_means(k, s.integers.subspan(counts), s.reals.subspan(1)); });
        static_cast<void>(S_.any(false));  // ends the call on all ranks
        stop_ = atol_ > 0.0 && means_.batches() == batch_means::most && precise();
    }

    // (*) Whether to stop.
    bool save(std::int64_t done, const tangent_frame::view& frame) {
        auto [integers, reals] = means_.numbers();
        integers.insert(integers.begin(), {walk_.interval(), result_.factorizations, frame.lost});
        reals.insert(reals.begin(), result_.cancellation);
        return saver_.save(frame.columns, {done, {}, integers, frame.norms, reals});
    }

    bool stepped(std::int64_t at) override { return stop_ = asks_to_stop(progress_, at, steps_, S_); }

    // A run goes on from the last factorization that an unbroken one makes.
    void cut_short(const tangent_frame::view& before) override { save(walk_.done(), before); }

    void factorized(std::int64_t steps, double cancellation) override {
        ++result_.factorizations;
        result_.cancellation = std::max(result_.cancellation, std::exp(cancellation));
        if (walk_.done() <= discard_) return;
        const bool changed = means_.add(steps, walk_.frame().logs());
        if (atol_ > 0.0 && changed && means_.batches() == batch_means::most) stop_ = stop_ || precise();
    }

    [[nodiscard]] bool precise() const {
        const std::vector<double> errors = means_.errors();
        const std::vector<double> exponents = means_.means();
        for (std::size_t c = 0; c < errors.size(); ++c)
            if (std::isfinite(exponents[c]) && !(errors[c] <= atol_)) return false;
        return true;
    }

    void sum_up() {
        result_.kaplan_yorke_dimension = kaplan_yorke_dimension(result_.exponents, S_.size());
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

    space S_;
    std::int64_t steps_;
    std::int64_t discard_;
    double atol_;
    const chain_progress& progress_;
    state_saver saver_;
    frame_walk walk_;
    batch_means means_;
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
    P.domain().begin_call();
    const std::int64_t K = P.steps();
    if (k < 1 || k > P.size())
        throw std::invalid_argument("k: got " + std::to_string(k) +
                                    ", expected 1 <= k <= n = " + std::to_string(P.size()));
    const std::int64_t discard = options.discard.value_or(K / 10);
    if (discard < 0 || discard >= std::max<std::int64_t>(1, K))
        throw std::invalid_argument("discard: got " + std::to_string(discard) +
                                    ", expected at least 0 and fewer than the " + std::to_string(K) +
                                    " steps of the chain");
    if (!(options.atol >= 0.0))
        throw std::invalid_argument("atol: got " + std::to_string(options.atol) + ", expected at least 0");
    const resumed_state state(options.saving, P.domain(), state_vectors::columns,
                              [&](const chain_state& s) { require_state(s, P, k); });
    return spectrum_run(P, k, discard, options, state.get(), progress).run();
}

}  // namespace rhochain
