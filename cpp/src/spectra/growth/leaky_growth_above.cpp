#include "spectra/growth/leaky_growth_above.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "operators/leaky_operator.hpp"
#include "operators/similarity.hpp"
#include "spectra/growth/product_magnitude.hpp"
#include "spectra/growth/slope_cycle.hpp"
#include "spectra/norm/norm_of_map.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

class leaky_bounds {
public:
    leaky_bounds(const linear_map& W, const SlopeRange& slopes, const SolverOptions& options, Ledger& ledger)
        : W_(W), slopes_(slopes), options_(options), ledger_(ledger) {
        s_ = std::max(std::abs(slopes.lo), std::abs(slopes.hi));
        largest_leak_ = slope_jacobian(W, slopes).largest_leak();
        result_.bracket.lower = {0.0, Grade::proved, 0.0, "a rate is not negative"};
        result_.bracket.upper = {Bracket::infinity, Grade::proved, 0.0, "no bound"};
        result_.vanishing_gain = {0.0, Grade::proved, 0.0, "no bound"};
    }

    growth_above run(std::int64_t products) {
        const std::int64_t before = ledger_.matvecs();
        if (W_.bounded()) take_modulus(std::max<std::int64_t>(1, products / 4));
        const std::int64_t left = products - (ledger_.matvecs() - before);
        if (left > 0 && !ledger_.exhausted()) take_scaled_norm(left);
        result_.bracket.value = result_.bracket.upper.value;
        return std::move(result_);
    }

private:
    void take_modulus(std::int64_t products) {
        constexpr std::int64_t most_products = 200;
        const SolverOptions few = ledger_.inner_options(options_, std::min(products, most_products));
        Ledger own(few, W_.domain());
        const auto leaks = leaks_of(slopes_);
        const leaky_modulus M(W_, {leaks.begin(), leaks.end()}, 0, s_);
        Bracket modulus = perron_of_block(irreducible_block(linear_map::borrowed(M)), few, own);
        ledger_.count(own.matvecs());
        modulus.upper.source = "rho of I - A + A |W| with the largest slope, Collatz-Wielandt";
        tighten_upper(result_.bracket, modulus.upper);
        const Bound perron = perron_upper_bound(irreducible_block(W_), options_, ledger_);
        take_gain(perron);
        take_norm(perron);
    }

    void take_scaled_norm(std::int64_t products) {
        // An eighth of the products and half of delta are for the norm under the scaling found, where that is open.
        constexpr std::int64_t ample = 8000;
        const std::int64_t rest = std::max<std::int64_t>(1, products / 8);
        SolverOptions own = ledger_.inner_options(options_, std::max<std::int64_t>(1, products - rest));
        own.start = {};
        own.delta = 0.5 * options_.delta;
        own.rtol = products < ample ? std::max(options_.rtol, 0.1) : options_.rtol;
        const ScaledNorm mu = scaled_norm(W_, own);
        ledger_.count(mu.bracket.matvecs);
        Bound upper = graded_upper(mu.bracket);
        upper.value = shifted_up(upper.value, -W_.exponent());
        take(upper, "mu_D(W) (Theorem G): ");
        const space& S = W_.domain();
        constexpr double close = 1.1;
        if (graded_upper(mu.bracket).value <= close * mu.bracket.value || ledger_.exhausted()) return;
        vector_block d(S);
        copy(from_caller(std::span<const double>(mu.scaling)), d, S);
        const similarity B(W_, d);
        own = ledger_.inner_options(options_, rest);
        own.start = {};
        own.delta = 0.5 * options_.delta;
        own.rtol = 0.02;
        const Bracket norm = norm_of_map(linear_map::borrowed(B), own, {});
        ledger_.count(norm.matvecs);
        // D and D^-1 are rounded once: the map is an exact similarity of entries that are moved by 2^-52.
        const double magnitude = scaled_magnitude(W_, d, ledger_);
        upper = graded_upper(norm);
        if (std::isfinite(magnitude)) upper.value += 0x1p-50 * magnitude;
        take(upper, "norm of D W D^-1 (Theorem G): ");
    }

    void take(Bound norm, const char* what) {
        norm.source = what + norm.source;
        if (norm.grade == Grade::probable) norm.delta = options_.delta;
        take_norm(norm);
        take_gain(norm);
    }

    // From c / s: the largest r_i, each of them monotone in a_i.
    void take_norm(Bound norm) {
        const double c = s_ * norm.value * (1.0 + 0x1p-51);
        const double a = c < 1.0 ? slopes_.leak : largest_leak_;
        norm.value = ((1.0 - a) + a * c) * (1.0 + 0x1p-50);
        tighten_upper(result_.bracket, norm);
    }

    void take_gain(Bound norm) {
        const double gain = 1.0 / (s_ * norm.value) * (1.0 - 0x1p-50);
        if (!(gain > result_.vanishing_gain.value)) return;
        norm.value = gain;
        result_.vanishing_gain = std::move(norm);
    }

    const linear_map& W_;
    SlopeRange slopes_;
    const SolverOptions& options_;
    Ledger& ledger_;
    double s_ = 0.0;
    double largest_leak_ = 1.0;
    growth_above result_;
};

}  // namespace

growth_above bound_leaky_growth_above(const linear_map& W, const SlopeRange& slopes, const SolverOptions& options,
                                      std::int64_t products, Ledger& ledger) {
    return leaky_bounds(W, slopes, options, ledger).run(products);
}

}  // namespace rhochain
