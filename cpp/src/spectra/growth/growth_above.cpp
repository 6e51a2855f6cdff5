#include "spectra/growth/growth_above.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/infinity.hpp>
#include "operators/similarity.hpp"
#include "spectra/growth/growth_scaling.hpp"
#include "spectra/growth/product_magnitude.hpp"
#include "spectra/growth/range_bounds.hpp"
#include "spectra/norm/norm_of_map.hpp"
#include "spectra/radius/perron_of_block.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

double largest_slope(const SlopeRange& slopes) { return std::max(std::abs(slopes.lo), std::abs(slopes.hi)); }

// From a bound of rho(|A|) or ||D A D^-1||: b + a s c, s the largest |slope|.
Bound of_modulus(Bound c, const SlopeRange& slopes) {
    c.value = ((1.0 - slopes.leak) + slopes.leak * largest_slope(slopes) * c.value) * (1.0 + 0x1p-50);
    return c;
}

// Where rho(A) = rho(|A|) without a leak, the bracket of R is that of rho(|A|) times the largest slope.
growth_above of_known_modulus(const irreducible_block& block, const SlopeRange& slopes, const SolverOptions& options,
                              Ledger& ledger) {
    Bracket b = perron_of_block(block, options, ledger);
    b.vector.clear();
    for (Bound* bound : {&b.lower, &b.upper}) bound->value *= slopes.hi;
    b.value = std::clamp(b.value * slopes.hi, b.lower.value, b.upper.value);
    b.lower_behind = b.lower;
    b.upper_behind = b.upper;
    Bound gain = b.upper;
    gain.value = 1.0 / b.upper.value * (1.0 - 0x1p-50);
    return {std::move(b), gain};
}

}  // namespace

growth_above bound_growth_above(const irreducible_block& block, const SlopeRange& slopes, const SolverOptions& options,
                                std::int64_t products, Ledger& ledger) {
    const linear_map& A = block.map();
    const bool modulus = block.facts().modulus_decides || block.facts().single_cycle;
    if (modulus && slopes.leak == 1.0 && slopes.hi >= -slopes.lo)
        return of_known_modulus(block, slopes, options, ledger);
    growth_above result;
    Bracket& b = result.bracket;
    b.lower = {0.0, Grade::proved, 0.0, "a rate is not negative"};
    b.upper = {infinity, Grade::proved, 0.0, "no bound"};
    result.vanishing_gain = {0.0, Grade::proved, 0.0, "no bound"};
    const auto take_gain = [&](double gain, const Bound& from) {
        if (gain > result.vanishing_gain.value) result.vanishing_gain = {gain, from.grade, from.delta, from.source};
    };
    const std::int64_t before = ledger.matvecs();
    if (A.bounded()) {
        const Bound perron = perron_upper_bound(block, options, ledger);
        tighten_upper(b, of_modulus(perron, slopes));
        take_gain(1.0 / (largest_slope(slopes) * perron.value) * (1.0 - 0x1p-50), perron);
    }
    b.value = b.upper.value;
    // A scaling alone takes a thousand.
    constexpr std::int64_t least_products = 1200;
    const bool few = products - (ledger.matvecs() - before) < least_products;
    if (few || ledger.exhausted() || b.upper.value == 0.0) return result;
    const vector_block d = growth_scaling(block, {}, products / 4, options.seed, ledger);
    const similarity B(A, d);
    const linear_map scaled = linear_map::borrowed(B);
    // ||B|| is needed for slopes of both signs, and has half of delta then.
    const bool both_signs = slopes.lo < 0.0 && slopes.hi > 0.0;
    double norm = 0.0;
    Bound from_range{infinity, Grade::probable, options.delta, "numerical range of D W D^-1 (Theorem F)"};
    const std::int64_t unspent = std::max<std::int64_t>(1, options.max_matvecs - ledger.matvecs());
    SolverOptions own = ledger.inner_options(options, unspent);
    own.start = {};
    if (both_signs) {
        own.delta = 0.5 * options.delta;
        own.rtol = 0.02;
        const Bracket of_norm = norm_of_map(block.for_any_vector(scaled), own, {});
        ledger.count(of_norm.matvecs);
        norm = of_norm.upper.value;
        Bound from_norm = of_norm.upper;
        from_norm.delta = from_norm.grade == Grade::probable ? options.delta : 0.0;
        from_norm.source = "norm of D W D^-1 (Theorem A): " + from_norm.source;
        tighten_upper(b, of_modulus(from_norm, slopes));
        take_gain(1.0 / (largest_slope(slopes) * norm) * (1.0 - 0x1p-50), from_norm);
    }
    const double magnitude = scaled_magnitude(A, d, ledger);
    const slope_rate rate(slopes, norm);
    const std::int64_t left = std::max<std::int64_t>(0, products - (ledger.matvecs() - before));
    const range_goal goal{rate, options.rtol, own.delta, options.seed, magnitude, terms_of_products(A), left};
    const range_bounds found = bound_range(block.with_map(scaled), goal, ledger);
    // D and D^-1 are rounded once: their product with an entry is that of an exact similarity, moved by 2^-52 of it.
    const double loss = std::isfinite(magnitude) ? 0x1p-50 * slopes.leak * largest_slope(slopes) * magnitude : 0.0;
    from_range.value = rate.of_range(found.lines) + loss;
    if (found.lines.empty()) from_range.value = infinity;
    tighten_upper(b, from_range);
    if (!found.lines.empty()) {
        // r(g) + g loss <= 1 for g below this, as r is convex with r(0) = b.
        const double gain = rate.largest_gain(found.lines), a = slopes.leak;
        take_gain(gain * (a / (a + gain * loss)) * (1.0 - 0x1p-50), from_range);
    }
    b.value = std::min(found.estimate, b.upper.value);
    return result;
}

}  // namespace rhochain
