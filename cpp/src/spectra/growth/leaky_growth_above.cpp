#include "spectra/growth/leaky_growth_above.hpp"

#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include "operators/leaky_operator.hpp"
#include "spectra/growth/slope_cycle.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
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
        if (W_.entrywise()) take_modulus(std::max<std::int64_t>(1, products / 4));
        const std::int64_t left = products - (ledger_.matvecs() - before);
        if (left > 0 && !ledger_.exhausted()) take_scaled_norm(left);
        result_.bracket.value = result_.bracket.upper.value;
        return std::move(result_);
    }

private:
    void take_modulus(std::int64_t products) {
        constexpr std::int64_t most_products = 400;
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
        SolverOptions own = ledger_.inner_options(options_, products);
        own.start = {};
        const Bracket mu = scaled_norm(W_, own).bracket;
        ledger_.count(mu.matvecs);
        Bound upper = graded_upper(mu);
        upper.value = shifted_up(upper.value, -W_.exponent());
        upper.source = "mu_D(W) (Theorem G): " + upper.source;
        take_norm(upper);
        take_gain(upper);
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
