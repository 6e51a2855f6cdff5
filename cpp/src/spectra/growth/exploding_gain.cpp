#include "spectra/growth/exploding_gain.hpp"

#include "kernels/vectors/random_streams.hpp"
#include "spectra/growth/cycle_rate.hpp"
#include "spectra/growth/signed_words.hpp"
#include "spectra/growth/slope_ascent.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

SlopeRange at_gain(const SlopeRange& slopes, double g) {
    return {g * slopes.lo, g * slopes.hi, slopes.leak, slopes.leaks};
}

// The gain at which the measured rate of the cycle is 1 to about 1e-4; infinite without one.
double gain_of_cycle(const linear_map& W, const SlopeRange& slopes, const slope_rows& cycle, double g,
                     std::uint64_t seed, Ledger& ledger) {
    constexpr int most_steps = 8;
    const double largest_leak = slope_jacobian(W, slopes).largest_leak();
    // d rate / d ln g at a rate of 1: a mean of the leaks, by the last two gains.
    double a = largest_leak, last_rate = 0.0, last_gain = 0.0;
    for (int step = 0; step < most_steps && !ledger.exhausted(); ++step) {
        const cycle_vectors v = measure_cycle(slope_jacobian(W, at_gain(slopes, g)), cycle, seed, ledger);
        constexpr double settled = 1e-6;
        if (step > 0 && g != last_gain)
            a = std::clamp((v.rate - last_rate) / std::log(g / last_gain), slopes.leak, largest_leak);
        if (!(v.residual < settled) || !(v.rate > 1.0 - a)) return Bracket::infinity;
        last_rate = v.rate;
        last_gain = g;
        g *= a / (v.rate - (1.0 - a));
        // The next step would change g by far less than this one.
        constexpr double close = 1e-3;
        if (std::abs(v.rate - 1.0) < close * a) return g;
    }
    return Bracket::infinity;
}

}  // namespace

exploding_gain find_exploding_gain(const linear_map& W, const SlopeRange& slopes, slope_rows cycle, double magnitude,
                                   const SolverOptions& options, Ledger& ledger) {
    exploding_gain best;
    if (slopes.lo > 0.0) return best;
    if (W.entrywise()) {
        constexpr double word_rtol = 1e-6;
        const sign_sets sets = find_sign_sets(W);
        // A word of one letter, as its rate is affine in the gain.
        const SlopeRange one_letter{slopes.lo, slopes.hi, 0.5};
        const signed_word word = best_signed_word(W, sets, one_letter, word_rtol, ledger);
        const double radius = (word.bound.value - 0.5) / 0.5 * (1.0 - 0x1p-48);
        if (radius > 0.0) {
            best.bound = word.bound;
            best.bound.value = best.estimate = 1.0 / radius * (1.0 + 0x1p-50);
        }
    }
    // From the slopes that grow fastest at the gain found to the gain of these slopes.
    double found = cycle.empty() ? Bracket::infinity : gain_of_cycle(W, slopes, cycle, 1.0, options.seed, ledger);
    if (std::isfinite(found)) {
        constexpr int sweeps = 8;
        const slope_jacobian J(W, at_gain(slopes, found));
        slope_witness better = ascend_slopes(J, cycle, sweeps, options.seed, streams::gain_ascent, ledger);
        if (better.rate > 1.0 + 1e-6) {
            cycle = std::move(better.cycle);
            found = gain_of_cycle(W, slopes, cycle, found, options.seed, ledger);
        }
    }
    if (!(found < best.estimate)) return best;
    best.estimate = found;
    constexpr double slack = 1.0 + 2e-4;
    const slope_jacobian J(W, at_gain(slopes, found * slack));
    const cycle_vectors v = measure_cycle(J, cycle, options.seed, ledger);
    const Bound bound = bound_cycle(J, cycle, v, magnitude, options.delta, options.seed, ledger);
    if (bound.value > 1.0 && found * slack < best.bound.value) {
        best.bound = bound;
        best.bound.value = found * slack * (1.0 + 0x1p-50);
    }
    return best;
}

}  // namespace rhochain
