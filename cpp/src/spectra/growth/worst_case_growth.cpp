#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include <rhochain/storage/infinity.hpp>

#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include "spectra/growth/exploding_gain.hpp"
#include "spectra/growth/growth_above.hpp"
#include "spectra/growth/growth_below.hpp"
#include "spectra/growth/growth_of_ranks.hpp"
#include "spectra/growth/leaky_growth_above.hpp"
#include "spectra/growth/product_magnitude.hpp"
#include "spectra/growth/slope_cycle.hpp"
#include "spectra/norm/adjoint_check.hpp"
#include "spectra/radius/leak_range.hpp"
#include "spectra/structure/by_component.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

void validate_slopes(const SlopeRange& s) {
    const auto reject = [](const char* name, const std::string& came, const char* expected) {
        throw std::invalid_argument(std::string(name) + ": got " + came + ", expected " + expected);
    };
    if (!std::isfinite(s.lo) || !std::isfinite(s.hi) || !(s.lo <= s.hi) || !(s.hi > 0.0))
        reject("slope_range", std::to_string(s.lo) + " and " + std::to_string(s.hi), "lo <= hi, hi > 0, both finite");
    if (!(s.leak > 0.0 && s.leak <= 1.0)) reject("leak", std::to_string(s.leak), "0 < leak <= 1");
}

// The slopes with a leak for each neuron and the least of them, or with one leak where all are equal.
SlopeRange with_least_leak(SlopeRange slopes, const space& S) {
    if (!S.any(!slopes.leaks.empty())) return slopes;
    validate_leak(slopes.leaks, S);
    const leak_range range = range_of_leaks(slopes.leaks, S);
    slopes.leak = range.least;
    if (range.least == range.largest) slopes.leaks = {};
    return slopes;
}

void scale_bound(Bound& b, double factor, bool up) {
    b.value *= factor;
    if (factor != 1.0) b.value *= up ? 1.0 + 0x1p-50 : 1.0 - 0x1p-50;
}

void scale_bracket(Bracket& b, double factor) {
    for (Bound* lower : {&b.lower, &b.lower_behind}) scale_bound(*lower, factor, false);
    for (Bound* upper : {&b.upper, &b.upper_behind}) scale_bound(*upper, factor, true);
    b.value = std::clamp(b.value * factor, b.lower.value, b.upper.value);
}

std::vector<std::uint8_t> flat(const slope_rows& cycle) {
    std::vector<std::uint8_t> active;
    for (const auto& row : cycle) active.insert(active.end(), row.begin(), row.end());
    return active;
}

class growth_search {
    // So many hundredths of the budget of products.
    [[nodiscard]] std::int64_t share_of_budget(std::int64_t hundredths) const {
        const std::int64_t all = options_.max_matvecs;
        const bool unlimited = all == std::numeric_limits<std::int64_t>::max();
        return unlimited ? all : std::max<std::int64_t>(1, all / 100 * hundredths);
    }

    // Runs body(options, ledger) with so many hundredths of what is left of the budget.
    template <class Body>
    auto within(std::int64_t hundredths, const Body& body) {
        const std::int64_t left = options_.max_matvecs - ledger_.matvecs();
        const SolverOptions few = ledger_.inner_options(options_, std::max<std::int64_t>(1, left / 100 * hundredths));
        Ledger own(few, A_.domain());
        auto result = body(few, own);
        ledger_.count(own.matvecs());
        return result;
    }

public:
    // A = 2^-exponent() W.
    growth_search(const linear_map& W, const linear_map& A, const SlopeRange& slopes, const SolverOptions& options)
        : W_(W), A_(A), slopes_(slopes), options_(options), ledger_(options, A.domain()) {}

    WorstCaseGrowth run() {
        ledger_.count(require_adjoint(A_, options_.seed));
        const double magnitude = product_magnitude(A_, options_, ledger_);
        if (magnitude == 0.0 && A_.bounded()) return finished(without_growth("zero matrix"));
        if (slopes_.leak != 1.0 && A_.entries() != nullptr && strong_components(A_).cyclic.empty())
            return finished(without_growth("no cycle"));
        growth_above above = bound_above();
        if (above.bracket.upper.value == 0.0) return finished(without_growth("no cycle"));
        WorstCaseGrowth result;
        result.bracket = std::move(above.bracket);
        result.vanishes_below = above.vanishing_gain;
        result.explodes_above = {infinity, Grade::proved, 0.0, "no bound"};
        if (relative_width(result.bracket) <= options_.rtol && result.bracket.lower.grade == Grade::proved) {
            take_constant_slopes(result);
        } else {
            const bool homogeneous = slopes_.leak == 1.0;
            growth_below below = within(homogeneous ? 100 : 50, [&](const SolverOptions& few, Ledger& own) {
                return bound_growth_below(A_, slopes_, magnitude, beside_magnitude(few), own);
            });
            take_whole_delta(below.bound);
            if (!homogeneous) {
                result.explodes_above = within(100, [&](const SolverOptions& few, Ledger& own) {
                    const SolverOptions rest = beside_magnitude(few);
                    return find_exploding_gain(A_, slopes_, below.cycle, magnitude, rest, own).bound;
                });
                take_whole_delta(result.explodes_above);
            }
            const bool isolated = below.bound.grade == Grade::probable;
            take_below(std::move(below), result);
            if (homogeneous && !isolated && !ledger_.exhausted()) raise_by_radius(result);
            // R rises with the gain where 0 is among the slopes.
            const Bound lower = graded_lower(result.bracket);
            if (!homogeneous && slopes_.lo <= 0.0 && lower.value > 1.0 && result.explodes_above.value > 1.0)
                result.explodes_above = {1.0, lower.grade, lower.delta, lower.source};
        }
        return finished(std::move(result));
    }

private:
    [[nodiscard]] SolverOptions beside_magnitude(SolverOptions options) const {
        options.delta = delta_beside_magnitude(A_, options.delta);
        return options;
    }
    // A bound by beside_magnitude() fails too where the magnitude does.
    void take_whole_delta(Bound& bound) const {
        if (bound.grade == Grade::probable) bound.delta = options_.delta;
    }

    // Every product of Jacobians is a power of 1 - a for the least leak a, up to polynomials in its length.
    WorstCaseGrowth without_growth(const char* why) const {
        WorstCaseGrowth result;
        const double kept = 1.0 - slopes_.leak;
        result.bracket = exact_bracket(kept, why);
        // 1 - kept is exact for kept of at least 1/2, and kept is exact for a leak of at least 1/2.
        if (slopes_.leak < 0.5 && 1.0 - kept != slopes_.leak) {
            result.bracket.lower.value = kept * (1.0 - 0x1p-52);
            result.bracket.upper.value = kept * (1.0 + 0x1p-52);
        }
        result.vanishes_below = result.explodes_above = {infinity, Grade::proved, 0.0, why};
        return result;
    }

    growth_above bound_above() {
        const bool many_leaks = A_.domain().any(!slopes_.leaks.empty());
        // A norm takes fewer than a numerical range; a gain above which gradients explode more with many leaks.
        const std::int64_t products = share_of_budget(slopes_.leak == 1.0 ? 60 : many_leaks ? 40 : 45);
        if (A_.entries() != nullptr && slopes_.leak == 1.0) {
            growth_above result;
            // The bounds by which components are compared and skipped are those of slopes up to 1.
            const double largest = std::max(-slopes_.lo, slopes_.hi);
            const SlopeRange unit{slopes_.lo / largest, slopes_.hi / largest, 1.0};
            // Each component has its part of the products that are left, by size, a quarter of them at least.
            std::int64_t vertices = A_.cols();
            const auto solve = [&](const irreducible_block& block, const SolverOptions& own, Ledger& ledger) {
                const double part = static_cast<double>(block.size()) / static_cast<double>(vertices);
                vertices -= block.size();
                const std::int64_t left = products - ledger.matvecs();
                // An unlimited budget rounds up to 2^63 as a double, which no integer holds.
                const std::int64_t share =
                    part < 1.0 ? static_cast<std::int64_t>(std::max(part, 0.25) * static_cast<double>(left)) : left;
                growth_above found = bound_growth_above(block, unit, own, share, ledger);
                return std::move(found.bracket);
            };
            SolverOptions own = ledger_.inner_options(options_, products);
            own.start = {};
            result.bracket = solve_by_component(W_, own, solve);
            ledger_.count(result.bracket.matvecs);
            rescale_bracket(result.bracket, -A_.exponent());
            scale_bracket(result.bracket, largest);
            const Bound& upper = result.bracket.upper;
            result.vanishing_gain = {1.0 / upper.value * (1.0 - 0x1p-50), upper.grade, upper.delta, upper.source};
            return result;
        }
        if (many_leaks) return bound_leaky_growth_above(A_, slopes_, options_, products, ledger_);
        const block_facts facts;
        return bound_growth_above(irreducible_block(A_, facts), slopes_, options_, products, ledger_);
    }

    // All slopes at the end of the range that is farther from 0: the rate is that slope times rho(W).
    void take_constant_slopes(WorstCaseGrowth& result) const {
        result.period = 1;
        result.active.assign(static_cast<std::size_t>(A_.domain().length()), slopes_.hi >= -slopes_.lo ? 1 : 0);
    }

    // The bound where no cycle has an isolated eigenvalue, as for W symmetric, skew or close to a rotation.
    void raise_by_radius(WorstCaseGrowth& result) {
        Bracket& b = result.bracket;
        Bracket rho = within(100, [&](const SolverOptions& few, Ledger& own) {
            Bracket found = spectral_radius(A_, few);
            own.count(found.matvecs);
            return found;
        });
        rescale_bracket(rho, -A_.exponent());
        scale_bracket(rho, std::max(-slopes_.lo, slopes_.hi));
        if (!(graded_lower(rho).value > graded_lower(b).value)) return;
        tighten_lower(b, graded_lower(rho));
        b.value = std::clamp(b.value, b.lower.value, std::max(b.lower.value, b.upper.value));
        take_constant_slopes(result);
    }

    void take_below(growth_below below, WorstCaseGrowth& result) {
        Bracket& b = result.bracket;
        // That of a component with rho(|W|) = rho(W), or from traces of one.
        const double constant = graded_lower(b).value;
        tighten_lower(b, below.proved);
        tighten_lower(b, below.bound);
        const double highest = std::max(b.lower.value, b.upper.value);
        b.value = std::clamp(std::max(below.estimate, b.lower.value), b.lower.value, highest);
        if (constant > below.bound.value) return take_constant_slopes(result);
        result.period = static_cast<std::int64_t>(below.cycle.size());
        result.active = flat(below.cycle);
    }

    WorstCaseGrowth finished(WorstCaseGrowth result) {
        Bracket& b = result.bracket;
        clamp_value(b);
        b.status = relative_width(b) <= options_.rtol ? Status::converged : Status::bracketed;
        const Bound lower = graded_lower(b);
        if (slopes_.leak == 1.0 && lower.value > 0.0)
            result.explodes_above = {1.0 / lower.value * (1.0 + 0x1p-50), lower.grade, lower.delta, lower.source};
        ledger_.record(b.lower.value, b.value, b.upper.value);
        ledger_.close(b);
        return result;
    }

    linear_map W_;
    linear_map A_;
    SlopeRange slopes_;
    const SolverOptions& options_;
    Ledger ledger_;
};

// Of a linear network, whose slopes are all hi: R = rho(I - A + hi A W), with hi = 1 if a leak is below 1.
WorstCaseGrowth linear_growth(const linear_map& W, const SlopeRange& slopes, const SolverOptions& options) {
    WorstCaseGrowth result;
    Bracket& b = result.bracket;
    b = slopes.leak == 1.0 ? spectral_radius(W, options) : leaky_radius(W, leaks_of(slopes), options);
    scale_bracket(b, slopes.hi);
    b.vector.clear();
    b.eigenvalue = {Bracket::unknown, Bracket::unknown};
    b.no_vector = "that of spectral_radius serves";
    result.period = 1;
    result.active.assign(static_cast<std::size_t>(W.domain().length()), 1);
    result.vanishes_below = {0.0, Grade::proved, 0.0, "no bound"};
    result.explodes_above = {infinity, Grade::proved, 0.0, "no bound"};
    if (slopes.leak != 1.0) return result;
    result.vanishes_below = graded_upper(b);
    result.vanishes_below.value = 1.0 / graded_upper(b).value * (1.0 - 0x1p-50);
    if (graded_lower(b).value > 0.0) {
        result.explodes_above = graded_lower(b);
        result.explodes_above.value = 1.0 / graded_lower(b).value * (1.0 + 0x1p-50);
    }
    return result;
}

}  // namespace

WorstCaseGrowth worst_case_growth(const linear_map& W, const SlopeRange& range, const SolverOptions& options) {
    require_square(W, "the worst-case growth");
    validate(options, W.domain());
    validate_slopes(range);
    const SlopeRange slopes = with_least_leak(range, W.domain());
    if (W.cols() == 0) {
        WorstCaseGrowth result;
        result.bracket = exact_bracket(0.0, "empty matrix");
        result.vanishes_below = result.explodes_above = {infinity, Grade::proved, 0.0, "empty matrix"};
        return result;
    }
    if (slopes.lo == slopes.hi && (slopes.leak == 1.0 || slopes.hi == 1.0)) return linear_growth(W, slopes, options);
    if (W.gathers()) return growth_of_ranks(W, slopes, options);
    const linear_map A = W.normalised();
    const int e = A.exponent();
    // Without a leak R is homogeneous; with one the power of two goes to the slopes.
    const bool homogeneous = slopes.leak == 1.0;
    const int f = homogeneous ? 0 : e;
    const SlopeRange own{std::ldexp(slopes.lo, f), std::ldexp(slopes.hi, f), slopes.leak, slopes.leaks};
    WorstCaseGrowth result = growth_search(W, A, own, options).run();
    if (homogeneous) {
        rescale_bracket(result.bracket, e);
        result.vanishes_below.value = shifted_down(result.vanishes_below.value, -e);
        result.explodes_above.value = shifted_up(result.explodes_above.value, -e);
    }
    return result;
}

}  // namespace rhochain
