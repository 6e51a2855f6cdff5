#include <rhochain/spectra/radius/leaky_radius.hpp>

#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "operators/leaky_operator.hpp"
#include "spectra/growth/cycle_rate.hpp"
#include "spectra/growth/product_magnitude.hpp"
#include "spectra/radius/leak_range.hpp"
#include "spectra/radius/perron_of_block.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {
namespace {

bool has_negative(const stored_entries& W) {
    return W.visit([](const auto& view) {
        for (std::int64_t i = 0; i < view.rows(); ++i)
            for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p)
                if (view.value(p) < 0) return true;
        return false;
    });
}

// (*)
bool is_nonnegative(const linear_map& A) {
    if (A.entries() != nullptr) return !has_negative(*A.entries());
    const std::optional<stored_entries> own = A.own_rows();
    return own && !A.domain().any(has_negative(*own));
}

// PROBABLE bounds of a real and isolated dominant eigenvalue, as the growth of a cycle of equal Jacobians: where powers
// of J take too long to settle.
cycle_bounds isolated_bounds(const linear_map& A, std::span<const double> leaks, double gain,
                             const SolverOptions& options, Ledger& ledger) {
    constexpr std::size_t period = 16;
    constexpr double settled = 1e-6;
    const cycle_bounds nothing{{0.0, Grade::proved, 0.0, "a radius is not negative"},
                               {Bracket::infinity, Grade::proved, 0.0, "no bound"}};
    if (!A.has_adjoint()) return nothing;
    const double slope = std::ldexp(gain, A.exponent());
    const leak_range range = range_of_leaks(leaks, A.domain());
    const slope_jacobian J(A, {slope, slope, range.least, leaks});
    const slope_rows cycle(period, std::vector<std::uint8_t>(J.length(), 1));
    const cycle_vectors v = measure_cycle(J, cycle, options.seed, ledger);
    if (!(v.residual < settled) || !(v.rate > 0.0)) return nothing;
    const double magnitude = product_magnitude(A, options, ledger);
    const double delta = delta_beside_magnitude(A, options.delta);
    cycle_bounds bounds = isolate_cycle(J, cycle, v, magnitude, delta, options.seed, ledger);
    for (Bound* bound : {&bounds.lower, &bounds.upper}) {
        bound->delta = options.delta;
        bound->source = "dominant eigenvalue isolated by deflation";
    }
    return bounds;
}

}  // namespace

Bracket leaky_radius(const linear_map& W, std::span<const double> leak, const SolverOptions& options, double gain) {
    require_square(W, "the spectral radius");
    validate(options, W.domain());
    const space& S = W.domain();
    validate_leak(leak, S);
    if (!(gain > 0.0) || !std::isfinite(gain))
        throw std::invalid_argument("gain: got " + std::to_string(gain) + ", expected a finite number above 0");
    if (W.cols() == 0) return exact_bracket(0.0, "empty matrix");
    if (gain == 1.0 && !S.any(std::any_of(leak.begin(), leak.end(), [](double a) { return a != 1.0; })))
        return spectral_radius(W, options);
    const linear_map A = W.normalised();
    const std::vector<double> own(leak.begin(), leak.end());
    Ledger ledger(options, S);
    Bracket b;
    const bool nonnegative = is_nonnegative(A);
    if (A.bounded()) {
        const leaky_modulus M(A, own, A.exponent(), gain);
        SolverOptions few = options;
        if (!nonnegative) few = ledger.inner_options(options, 60);
        Ledger perron_ledger(few, S);
        const irreducible_block block(linear_map::borrowed(M));
        const Bracket modulus = perron_of_block(block, few, perron_ledger);
        ledger.count(perron_ledger.matvecs());
        if (nonnegative) {
            b = modulus;
            ledger.close(b);
            return b;
        }
        b.upper = modulus.upper;
        b.upper.source = "rho of I - D + D |W|, Collatz-Wielandt";
    } else {
        b.upper = {Bracket::infinity, Grade::proved, 0.0, "no bound"};
    }
    b.upper_behind = b.upper;
    b.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    const leaky_operator J(A, own, A.exponent(), gain);
    // Half of delta is for the bounds by deflation: an end may come from either.
    SolverOptions half = options;
    half.delta = 0.5 * options.delta;
    const Bracket found = spectral_radius(linear_map::borrowed(J), ledger.inner_options(half, options.max_matvecs));
    ledger.count(found.matvecs);
    tighten_upper(b, found.upper);
    tighten_upper(b, graded_upper(found));
    tighten_lower(b, graded_lower(found));
    tighten_lower(b, found.lower);
    // 1 separates decay from growth: a bracket that contains it is worth sharper ends.
    const bool graded = graded_lower(b).value >= (1.0 - options.rtol) * found.value;
    const bool decided = b.lower.value > 1.0 || b.upper.value < 1.0;
    if (!(graded && decided) && !ledger.exhausted()) {
        const cycle_bounds isolated = isolated_bounds(A, own, gain, half, ledger);
        tighten_lower(b, isolated.lower);
        tighten_upper(b, isolated.upper);
    }
    for (Bound* bound : {&b.lower, &b.upper, &b.lower_behind, &b.upper_behind})
        if (bound->grade == Grade::probable) bound->delta = options.delta;
    b.value = found.value;
    b.status = found.status;
    b.residual = found.residual;
    b.runner_up = found.runner_up;
    b.vector = found.vector;
    b.no_vector = found.no_vector;
    b.eigenvalue = found.eigenvalue;
    clamp_value(b);
    if (relative_width(b) <= options.rtol) b.status = Status::converged;
    ledger.close(b);
    return b;
}

}  // namespace rhochain
