#include <rhochain/spectra/radius/perron.hpp>

#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/structure/by_component.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace rhochain {

namespace {

// Of the whole of M, the majorant of |W| or |W| itself.
Bracket collatz_wielandt_of_whole(const linear_map& W, const SolverOptions& options, Ledger& ledger) {
    const linear_map A = W.normalised();
    Bracket b = perron_of_block(irreducible_block(A), options, ledger);
    rescale_bracket(b, A.exponent());
    return b;
}

// Where there is a majorant M of |W| alone: rho(W) <= rho(|W|) <= rho(M). The value is the upper end, as M is |W| but
// for the entries of which more than one summand is other than 0.
Bracket between_radius_and_majorant(const linear_map& W, const SolverOptions& options) {
    require_square(W, "a radius");
    validate(options, W.domain());
    if (W.cols() == 0) return exact_bracket(0.0, "empty matrix");
    Ledger ledger(options, W.domain());
    Bracket b = collatz_wielandt_of_whole(W, options, ledger);
    b.upper.source = "Collatz-Wielandt on a majorant of |W|";
    b.upper_behind = b.upper;
    b.lower = b.lower_behind = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    b.vector.clear();
    b.no_vector = "the value is an upper bound from a majorant of |W|";
    // rho(W) is far below in general: not worth more.
    constexpr std::int64_t most_products = 1000;
    const std::int64_t left = std::clamp<std::int64_t>(options.max_matvecs - ledger.matvecs(), 1, most_products);
    SolverOptions rest = ledger.inner_options(options, left);
    rest.start = {};
    const Bracket below = spectral_radius(W, rest);
    ledger.count(below.matvecs);
    tighten_lower(b, graded_lower(below));
    tighten_lower(b, below.lower);
    b.value = b.upper.value;
    clamp_value(b);
    b.status = relative_width(b) <= options.rtol ? Status::converged : Status::bracketed;
    ledger.record(b.lower.value, b.value, b.upper.value);
    ledger.close(b);
    return b;
}

}  // namespace

Bracket perron_radius(const linear_map& W, const SolverOptions& options) {
    if (W.entries() == nullptr && W.modulus() == moduli::majorant) return between_radius_and_majorant(W, options);
    if (W.entries() == nullptr && !W.own_rows())
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, as perron_radius reads the "
            "entries");
    if (W.entries() == nullptr && !W.gathers()) return perron_radius_of_whole(W, options);
    return solve_by_component(W, options, perron_of_block, component_quantity::below_modulus, entry_map::absolute);
}

Bracket perron_radius_of_whole(const linear_map& W, const SolverOptions& options) {
    require_square(W, "a radius");
    if (!W.bounded())
        throw std::invalid_argument("W: got an operator known by its products alone, expected a stored matrix");
    validate(options, W.domain());
    if (W.cols() == 0) return exact_bracket(0.0, "empty matrix");
    Ledger ledger(options, W.domain());
    Bracket b = collatz_wielandt_of_whole(W, options, ledger);
    ledger.close(b);
    return b;
}

}  // namespace rhochain
