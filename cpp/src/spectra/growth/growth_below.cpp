#include "spectra/growth/growth_below.hpp"

#include "spectra/growth/cycle_rate.hpp"
#include "spectra/growth/signed_words.hpp"
#include "spectra/growth/slope_ascent.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

// A residual above this: the dominant eigenvalue of the cycle is complex or tied.
constexpr double settled = 1e-6;

// Short cycles suffice for small matrices and decide there; among many neurons only long ones reach far.
std::vector<std::size_t> periods(std::int64_t n) {
    constexpr std::int64_t few = 64;
    return n <= few ? std::vector<std::size_t>{16, 8, 4, 2, 1} : std::vector<std::size_t>{16};
}

}  // namespace

growth_below bound_growth_below(const linear_map& W, const SlopeRange& slopes, double magnitude,
                                const SolverOptions& options, Ledger& ledger) {
    growth_below best;
    if (slopes.leak != 1.0 && slopes.lo <= 0.0) {
        const double kept = (1.0 - slopes.leak) * (1.0 - 0x1p-52);
        best.proved = best.bound = {kept, Grade::proved, 0.0, "the leak, at slopes of 0"};
        best.estimate = best.bound.value;
        // A cycle has slopes at the ends of their range alone.
        if (slopes.lo == 0.0)
            best.cycle.assign(1, std::vector<std::uint8_t>(static_cast<std::size_t>(W.domain().length()), 0));
    }
    const sign_sets sets = find_sign_sets(W);
    if (W.entrywise()) {
        constexpr double word_rtol = 1e-6;
        signed_word word = best_signed_word(W, sets, slopes, word_rtol, ledger);
        if (word.bound.value > best.bound.value) {
            best.proved = best.bound = word.bound;
            best.estimate = word.bound.value;
            best.cycle = std::move(word.cycle);
        }
    }
    std::vector<std::vector<std::uint8_t>> starts;
    for (const auto& set : {sets.excitatory, sets.inhibitory})
        if (!set.empty()) starts.push_back(set);
    const slope_jacobian J(W, slopes);
    slope_rows cycle;
    cycle_vectors vectors;
    // What the searches leave of a budget: the certificates of a cycle and of its double.
    constexpr std::int64_t reserve = 1200;
    const std::vector<std::size_t> lengths = periods(W.cols());
    for (const std::size_t p : lengths) {
        // Half of the rest for each but the last.
        const std::int64_t left = options.max_matvecs - ledger.matvecs() - reserve;
        const SolverOptions few =
            ledger.inner_options(options, std::max<std::int64_t>(1, p == lengths.back() ? left : left / 2));
        Ledger own(few, W.domain());
        slope_witness found = search_slopes(J, p, starts, options.seed, own);
        ledger.count(own.matvecs());
        // The estimate of a cycle is rarely exceeded when it is measured.
        constexpr double margin = 1.0 + 1e-6;
        if (found.cycle.empty() || found.rate <= margin * std::max(best.estimate, vectors.rate)) continue;
        cycle_vectors measured = measure_cycle(J, found.cycle, options.seed, ledger);
        if (!(measured.residual < settled) || measured.rate <= std::max(best.estimate, vectors.rate)) continue;
        vectors = std::move(measured);
        cycle = std::move(found.cycle);
    }
    if (cycle.empty()) return best;
    best.estimate = vectors.rate;
    // A PROVED bound within rtol of it stays.
    const double worth_proving = 1.0 + options.rtol;
    if (vectors.rate <= worth_proving * best.bound.value) return best;
    const Bound bound = bound_cycle(J, cycle, vectors, magnitude, options.delta, options.seed, ledger);
    if (bound.value > best.bound.value) {
        best.bound = bound;
        best.cycle = std::move(cycle);
    }
    return best;
}

}  // namespace rhochain
