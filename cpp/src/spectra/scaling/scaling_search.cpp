#include "spectra/scaling/scaling_search.hpp"

#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/solvers/scaling_ops.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "operators/columnwise_operator.hpp"
#include "operators/similarity.hpp"
#include "spectra/norm/chebyshev_bound.hpp"
#include "spectra/run_stage.hpp"
#include "spectra/scaling/balancing.hpp"
#include "spectra/scaling/scaling_dual.hpp"
#include "spectra/scaling/scaling_flow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t small_size = 2000;
constexpr std::int64_t large_size = 200'000;

// Steps of the flow after which the bounds are computed; fewer once it is wider. The first two counts hold only with a
// threshold, for which coarse bounds may suffice.
constexpr std::array<std::int64_t, 14> stage_ends{16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};
constexpr std::size_t first_full_stage = 2;

// The most stages for a block of n vertices: stages of small blocks take little time.
std::size_t stage_count(std::int64_t n) { return n <= small_size ? stage_ends.size() : n <= large_size ? 8 : 6; }

class scaling_search {
public:
    scaling_search(const irreducible_block& block, const search_limits& limits, Bracket known,
                   const SolverOptions& options, Ledger& ledger)
        : block_(block),
          threshold_(limits.threshold),
          options_(options),
          ledger_(ledger),
          flow_(block, first_scaling(limits.most), limits.most, column_count(block.size(), threshold_), options.seed,
                streams::start) {
        s_.bracket = std::move(known);
        s_.excess = infinity;
    }

    block_scaling run() {
        Bracket& b = s_.bracket;
        const std::int64_t narrow = flow_.columns();
        const std::size_t stages = stage_count(block_.size());
        if (decided()) return std::move(s_);
        std::size_t stage = threshold_ > 0.0 ? 0 : first_full_stage;
        run_stage saved(ledger_, [&](state_archive& s) {
            exchange(s);
            s.within(stage, std::size_t{0}, stages);
            s.require(flow_.columns() == narrow || flow_.columns() == 2 * narrow);
        });
        for (; !saved.finished() && stage < stages; ++stage) {
            const bool complete = advance(narrow * stage_ends[stage], saved);
            b.value = flow_.rayleigh();
            if (!complete) break;
            saved.hold();
            const bool last = stage + 1 == stages;
            if (threshold_ == 0.0 && rises_still(stage) && !last) continue;
            // A bound that can hardly rise is computed again only where that closes the bracket.
            const double s = flow_.rayleigh();
            const bool rises = b.lower.value < (1.0 - 0.3 * options_.rtol) * s;
            if (rises) raise_lower_bound();
            if (decided()) break;
            const bool close = b.lower.value >= (1.0 - 0.5 * options_.rtol) * s;
            const bool promising = s * (1.0 + options_.rtol) < threshold_;
            if (!close && !promising && !last) continue;
            const double accuracy = lower_upper_bound(stage);
            if (!rises && relative_width(b) > options_.rtol && b.upper.value <= (1.0 + options_.rtol) * s)
                raise_lower_bound();
            clamp_value(b);
            record();
            if (relative_width(b) <= options_.rtol) {
                b.status = Status::converged;
                break;
            }
            // The lower bound is within rtol of the norm, and no later stage brings the upper one there.
            if (decided() || (close && accuracy > options_.rtol)) break;
            if (close && looks_++ > 0 && flow_.columns() < most_columns(block_.size())) widen();
        }
        saved.close();
        clamp_value(b);
        return std::move(s_);
    }

private:
    // With a threshold a coarse bound suffices, for a quarter of the memory.
    static std::int64_t column_count(std::int64_t n, double threshold) {
        if (n <= small_size) return 16;
        if (n <= large_size) return 32;
        return threshold > 0.0 ? 2 : 8;
    }

    // Of large blocks the memory decides.
    static std::int64_t most_columns(std::int64_t n) { return n <= large_size ? 32 : 0; }

    // The optimal V V^T may have a rank above the number of columns. The lower bound then meets ||V|| and the upper one
    // stays above: more columns are what D lacks.
    void widen() {
        const std::int64_t extra = flow_.columns();
        ledger_.count(2 * extra * scaling_flow::filter_steps);
        flow_.widen(extra, options_.seed, streams::added_columns);
    }

    // Whether s is likely to rise by more than a part of rtol yet, so that the bounds would not meet. After k steps it
    // lacks about c / k: k_i / (k_{i+1} - k_i) times its last rise.
    bool rises_still(std::size_t stage) {
        const double rise = flow_.rayleigh() - std::exchange(last_rayleigh_, flow_.rayleigh());
        if (stage == first_full_stage) return block_.size() > small_size;
        const auto k = static_cast<double>(stage_ends[stage - 1]);
        return rise * k / (static_cast<double>(stage_ends[stage]) - k) > 0.3 * options_.rtol * flow_.rayleigh();
    }

    // Steps of the flow until its products have had so many columns, half of them with A. Returns whether the budget
    // and the flow allowed all.
    bool advance(std::int64_t columns, run_stage& saved) {
        saved.release();
        while (columns_ < columns) {
            if (saved.exhausted()) return false;
            saved.mark();
            if (!flow_.step()) return false;
            ledger_.count(2 * flow_.columns());
            columns_ += flow_.columns();
            if (++steps_ % 16 == 0) record();
        }
        return true;
    }

    void exchange(state_archive& s) {
        flow_.exchange(s);
        rhochain::exchange(s, s_.bracket);
        s.resizable(s_.d, block_.domain(), 1);
        s(s_.excess);
        s(attained_);
        constexpr std::int64_t most = std::int64_t{1} << 40;
        s.within(columns_, 0, most);
        s.within(steps_, 0, most);
        s(last_rayleigh_);
        s.within(looks_, 0, most);
        s(looked_);
    }

    vector_block first_scaling(double most) {
        constexpr std::int64_t sweeps = 40;
        const space& S = block_.domain();
        const bool started = S.any(!options_.start.empty());
        if (!started && block_.map().bounded()) return balancing_scaling(block_, sweeps, most, ledger_);
        vector_block d(S);
        if (started)
            clamp_entries(from_caller(options_.start), most, d, S);
        else
            fill(0.0, d, S);
        return d;
    }

    // Whether the bounds show on which side of the threshold mu_D lies.
    [[nodiscard]] bool decided() const {
        return threshold_ > 0.0 && (s_.bracket.lower.value >= threshold_ || attained_ < threshold_);
    }

    void record() {
        const Bracket& b = s_.bracket;
        ledger_.record(b.lower.value,
                       std::clamp(flow_.rayleigh(), b.lower.value, std::max(b.lower.value, b.upper.value)),
                       b.upper.value);
    }

    void raise_lower_bound() {
        constexpr std::int64_t most_rounds = 20;
        vector_block V = flow_.unscaled_block();
        // Just below s, which itself would shrink rows for ever; no higher than the threshold needs.
        double target = 0.9995 * flow_.rayleigh();
        if (threshold_ > 0.0) target = std::min(target, 1.001 * threshold_);
        tighten_lower(s_.bracket, lift_lower_bound(block_, V, target, most_rounds, ledger_));
    }

    // The shares delta / 2, delta / 4, ... of the stages add up to less than delta. A delta too small to be halved so
    // often goes to the first upper bound as a whole; the others have 0 and are not computed.
    double share_of_delta(std::size_t stage) {
        constexpr double least = std::numeric_limits<double>::min();
        const bool divisible = std::ldexp(options_.delta, -static_cast<int>(stage_ends.size())) >= least;
        const std::size_t looks = stage + 1 - (threshold_ > 0.0 ? 0 : first_full_stage);
        if (divisible) return std::ldexp(options_.delta, -static_cast<int>(looks));
        return std::exchange(looked_, true) ? 0.0 : options_.delta;
    }

    // Computes an upper bound for the present scaling from new probes. Returns its accuracy, infinity without one.
    double lower_upper_bound(std::size_t stage) {
        chebyshev_probe probe;
        probe.guess = flow_.rayleigh();
        probe.delta = share_of_delta(stage);
        if (!(probe.delta > 0.0)) return infinity;
        // Fewer probes need more steps, but fewer columns of products in all.
        constexpr std::int64_t most_probes = 6;
        probe.probes = std::min(flow_.columns(), most_probes);
        probe.stream = streams::scaling_probes(stage);
        // Limits the steps for a fine rtol; so many reach an accuracy of 1e-7.
        constexpr std::int64_t most_chebyshev_steps = 10'000;
        probe.accuracy = affordable_accuracy(block_.domain().size(), probe.probes, probe.delta, 0.2 * options_.rtol,
                                             most_chebyshev_steps);
        const similarity B(block_.map(), flow_.scaling());
        if (B.modulus() == moduli::majorant) probe.magnitude = bound_norms(linear_map::borrowed(B)).upper.value;
        Bound bound = chebyshev_upper_bound(block_.with_map(linear_map::borrowed(B)), probe, options_, ledger_);
        // D magnifies an entry that underflowed in the normalisation by at most max D / min D.
        const auto [low, high] = entry_extremes(flow_.scaling(), block_.domain());
        const double lost = static_cast<double>(block_.size()) * 0x1p-1070 * std::exp(high - low);
        bound.value = bound.value * (1.0 + 0x1p-50) + lost;
        bound.delta = options_.delta;
        if (bound.value < attained_) {
            attained_ = bound.value;
            s_.d = flow_.scaling();
        }
        tighten_upper(s_.bracket, bound);
        s_.excess = attained_ / s_.bracket.upper.value * (1.0 + 0x1p-50);
        return probe.accuracy;
    }

    const irreducible_block& block_;
    double threshold_;
    const SolverOptions& options_;
    Ledger& ledger_;
    scaling_flow flow_;
    block_scaling s_;
    double attained_ = infinity;
    std::int64_t columns_ = 0;
    std::int64_t steps_ = 0;
    double last_rayleigh_ = 0.0;
    std::int64_t looks_ = 0;  // upper bounds that did not end the search
    bool looked_ = false;
};

}  // namespace

block_scaling search_scaling(const irreducible_block& block, const search_limits& limits, Bracket known,
                             const SolverOptions& options, Ledger& ledger) {
    const bool narrow = limits.threshold > 0.0 && block.size() > large_size && block.map().bounded();
    if (!narrow) return scaling_search(block, limits, std::move(known), options, ledger).run();
    const columnwise_operator columns(block.map());
    const irreducible_block by_columns = block.with_map(linear_map::borrowed(columns));
    return scaling_search(by_columns, limits, std::move(known), options, ledger).run();
}

}  // namespace rhochain
