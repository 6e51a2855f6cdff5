#include <rhochain/operators/entry_image.hpp>
#include <rhochain/spectra/by_component.hpp>
#include <rhochain/spectra/dominant_search.hpp>
#include <rhochain/spectra/eigenvalue_condition.hpp>
#include <rhochain/spectra/norms.hpp>
#include <rhochain/spectra/perron.hpp>
#include <rhochain/spectra/small_block.hpp>
#include <rhochain/spectra/spectral_norm.hpp>
#include <rhochain/spectra/spectral_radius.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace rhochain {
namespace {

// Products spent on the PROVED upper bound rho(|A|) of a block with entries of both signs.
constexpr std::int64_t perron_products = 40;

Bound perron_upper_bound(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    SolverOptions few = options;
    few.max_matvecs = perron_products;
    few.callback = nullptr;
    Ledger own(few);
    const Bracket b = perron_of_block(block, few, own);
    ledger.count(own.matvecs());
    return {b.upper.value, Grade::proved, 0.0, "rho(|W|), Collatz-Wielandt"};
}

// rho(A) <= ||A||_2, of use in a tilted band.
Bound norm_upper_bound(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    SolverOptions own = options;
    own.callback = nullptr;
    own.start = {};
    own.max_matvecs = options.max_matvecs - ledger.matvecs();
    own.max_seconds = std::max(0.0, options.max_seconds - ledger.seconds());
    const Bracket b = spectral_norm(block.A, own);
    ledger.count(b.matvecs);
    Bound bound = b.upper;
    bound.source = "norm of " + std::string(block.tilt == 0.0 ? "the block: " : "a geometric scaling: ") + b.upper.source;
    return bound;
}

// The 1 x 1 block [w].
Bracket single_vertex(const irreducible_block& block, Ledger& ledger) {
    const double one = 1.0;
    double w = 0.0;
    block.A.apply(const_block(&one, 1), mutable_block(&w, 1));
    ledger.count();
    Bracket b = exact_bracket(std::abs(w), "self-loop");
    b.vector = {1.0};
    b.condition = 1.0;
    return b;
}

}  // namespace

Bracket spectral_radius_of_block(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    if (block.A.cols() == 1) return single_vertex(block, ledger);
    if (block.nonnegative || block.single_cycle) {
        Bracket b = perron_of_block(block, options, ledger);
        if (options.condition) {
            // That of |A|, whose eigenvectors have the same moduli.
            const entry_image magnitudes(block.A, entry_map::absolute);
            irreducible_block image = block;
            image.A = magnitudes;
            write_condition(image, options, b, ledger);
        }
        // An eigenvector of |A|, with other signs than one of A.
        if (block.has_negative) b.vector.clear();
        return b;
    }
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    if (block.trace_bound > 0.0) tighten_lower(b, {block.trace_bound, Grade::proved, 0.0, "traces of W and W^2"});
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    if (block.A.entrywise()) {
        b.upper = bound_norms(block.A, resolve_threads(options.threads)).upper;
        ledger.count(4);
        if (block.size <= small_block_size && block.outside.empty()) {
            solve_small_block(block, options, b, ledger);
            return b;
        }
        tighten_upper(b, perron_upper_bound(block, options, ledger));
    }
    SolverOptions rest = options;
    if (block.reach > 0 && !ledger.exhausted()) {
        rest.delta = 0.5 * options.delta;
        tighten_upper(b, norm_upper_bound(block, rest, ledger));
    }
    search_dominant(block, rest, b, ledger);
    for (Bound* upper : {&b.upper, &b.upper_behind})
        if (upper->grade == Grade::probable) upper->delta = options.delta;
    clamp_value(b);
    if (options.condition && block.tilt == 0.0) write_condition(block, options, b, ledger);
    return b;
}

Bracket spectral_radius(operator_ref A, const SolverOptions& options) {
    require_square(A, "the spectral radius");
    validate(options, A.cols());
    if (A.cols() == 0) return exact_bracket(0.0, "empty matrix");
    Ledger ledger(options);
    Bracket b = spectral_radius_of_block({A, {}, A.cols(), false, false}, options, ledger);
    ledger.close(b);
    return b;
}

template <storage_scalar Scalar, index_integer Index>
Bracket spectral_radius(const sparse_operator<Scalar, Index>& W, const SolverOptions& options) {
    return solve_by_component(W, options, spectral_radius_of_block, component_quantity::radius);
}

template <storage_scalar Scalar>
Bracket spectral_radius(const dense_operator<Scalar>& W, const SolverOptions& options) {
    return solve_by_component(W, options, spectral_radius_of_block, component_quantity::radius);
}

template Bracket spectral_radius(const sparse_operator<float, std::int32_t>&, const SolverOptions&);
template Bracket spectral_radius(const sparse_operator<float, std::int64_t>&, const SolverOptions&);
template Bracket spectral_radius(const sparse_operator<double, std::int32_t>&, const SolverOptions&);
template Bracket spectral_radius(const sparse_operator<double, std::int64_t>&, const SolverOptions&);
template Bracket spectral_radius(const dense_operator<float>&, const SolverOptions&);
template Bracket spectral_radius(const dense_operator<double>&, const SolverOptions&);

}  // namespace rhochain
