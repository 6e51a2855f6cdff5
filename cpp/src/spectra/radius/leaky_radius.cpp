#include <rhochain/spectra/radius/leaky_radius.hpp>

#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "operators/leaky_operator.hpp"
#include "spectra/growth/cycle_rate.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/structure/line_signs.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {
namespace {

void validate_leak(std::span<const double> leak, const space& S) {
    const bool one = leak.size() == 1;
    if (S.any(!one && static_cast<std::int64_t>(leak.size()) != S.length()))
        throw std::invalid_argument("leak: got " + std::to_string(leak.size()) +
                                    " numbers, expected one, or one for each neuron");
    const auto allowed = [](double a) { return a > 0.0 && a <= 1.0; };
    if (S.any(!std::all_of(leak.begin(), leak.end(), allowed)))
        throw std::invalid_argument("leak: got a number outside (0, 1], expected 0 < a <= 1");
}

bool is_nonnegative(const linear_map& A) {
    if (A.entries() == nullptr) return false;
    const line_signs signs = signs_of_lines(*A.entries());
    const auto nonnegative = [](const sign_counts& column) { return column.negative == 0; };
    return std::all_of(signs.columns.begin(), signs.columns.end(), nonnegative);
}

// PROBABLE lower bound of a real and isolated dominant eigenvalue, as the growth of a cycle of equal Jacobians.
Bound isolated_lower_bound(const linear_map& A, double leak, const SolverOptions& options, Ledger& ledger) {
    constexpr std::size_t period = 16;
    constexpr double settled = 1e-6;
    const double slope = std::ldexp(1.0, A.exponent());
    const slope_jacobian J(A, {slope, slope, leak});
    const slope_rows cycle(period, std::vector<std::uint8_t>(J.length(), 1));
    const cycle_vectors v = measure_cycle(J, cycle, options.seed, ledger);
    Bound none{0.0, Grade::proved, 0.0, "a radius is not negative"};
    if (!(v.residual < settled) || !(v.rate > 0.0)) return none;
    const double magnitude = A.bounded() ? bound_norms(A).upper.value : 2.0 * v.rate / leak;
    Bound bound = bound_cycle(J, cycle, v, magnitude, options.delta, options.seed, ledger);
    bound.source = "dominant eigenvalue isolated by deflation";
    return bound;
}

}  // namespace

Bracket leaky_radius(const linear_map& W, std::span<const double> leak, const SolverOptions& options) {
    require_square(W, "the spectral radius");
    validate(options, W.domain());
    const space& S = W.domain();
    validate_leak(leak, S);
    if (W.cols() == 0) return exact_bracket(0.0, "empty matrix");
    if (!S.any(std::any_of(leak.begin(), leak.end(), [](double a) { return a != 1.0; })))
        return spectral_radius(W, options);
    const linear_map A = W.normalised();
    const std::vector<double> own(leak.begin(), leak.end());
    Ledger ledger(options, S);
    Bracket b;
    const bool nonnegative = is_nonnegative(A);
    if (A.bounded()) {
        const leaky_modulus M(A, own, A.exponent());
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
    const leaky_operator J(A, own, A.exponent());
    const Bracket found = spectral_radius(linear_map::borrowed(J), ledger.inner_options(options, options.max_matvecs));
    ledger.count(found.matvecs);
    tighten_upper(b, found.upper);
    tighten_upper(b, graded_upper(found));
    tighten_lower(b, found.lower);
    if (own.size() == 1 && !ledger.exhausted())
        tighten_lower(b, isolated_lower_bound(A, own.front(), options, ledger));
    b.value = found.value;
    b.status = found.status;
    b.residual = found.residual;
    b.runner_up = found.runner_up;
    b.vector = found.vector;
    clamp_value(b);
    ledger.close(b);
    return b;
}

}  // namespace rhochain
