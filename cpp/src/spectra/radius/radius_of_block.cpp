#include "spectra/radius/radius_of_block.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/spectra/norm/norms.hpp>
#include "operators/entry_image.hpp"
#include "spectra/norm/norm_of_map.hpp"
#include "spectra/radius/dominant_search.hpp"
#include "spectra/radius/eigenvalue_condition.hpp"
#include "spectra/radius/normal_radius.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/radius/small_block.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace rhochain {
namespace {

// Narrower proofs than this are not worth a search of another kind.
constexpr double proved_width = 1e-6;

// Power steps with a small block that take a fraction of the time of its discs.
constexpr std::int64_t quick_steps = 128;

// rho(A) <= ||A||_2, which is sharp in a tilted band.
Bound norm_upper_bound(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    SolverOptions own = ledger.inner_options(options, options.max_matvecs - ledger.matvecs());
    own.start = {};
    const Bracket b = norm_of_map(block.map(), own, {});
    ledger.count(b.matvecs);
    Bound bound = b.upper;
    bound.source = "norm of " + std::string(block.facts().scaling.empty() ? "the block" : "a geometric scaling") +
                   ": " + b.upper.source;
    return bound;
}

// The 1 x 1 block [w].
Bracket single_vertex(const irreducible_block& block, Ledger& ledger) {
    const space& S = block.domain();
    vector_block one(S), w(S);
    fill(1.0, one, S);
    block.map().apply(one, w);
    ledger.count();
    Bracket b = exact_bracket(max_abs(w, S), "self-loop");
    b.vector.assign(static_cast<std::size_t>(S.length()), 1.0);
    b.condition = 1.0;
    return b;
}

// Where rho(A) = rho(|A|). `vector` is an eigenvector of |A|.
Bracket radius_of_modulus(const irreducible_block& block, const SolverOptions& options, const RadiusGoal& goal,
                          Ledger& ledger) {
    Bracket b = perron_of_block(block, options, ledger);
    // The condition is that of |A|, whose eigenvectors have the same moduli.
    if (goal.condition) {
        const irreducible_block modulus = block.with_map(entry_image(block.map(), entry_map::absolute));
        write_condition(modulus, options, b, ledger);
    }
    return b;
}

// Discs around the eigenvalues, with the reason where they prove nothing narrow.
std::string enclose(const irreducible_block& block, const SolverOptions& options, double width, Bracket& b,
                    Ledger& ledger) {
    const linear_map& A = block.map();
    if (!A.bounded()) return "W is known by its products alone";
    if (block.size() > proved_block_size)
        return "a component of more than " + std::to_string(proved_block_size) + " vertices";
    if (A.entries() == nullptr && !ledger.affords(2 * block.size())) return "the budget of products";
    return enclose_block(block, options, width, b, ledger);
}

// `reason`: why there are no narrow discs, where they were tried.
Bracket radius_by_kind(const irreducible_block& block, const SolverOptions& options, const RadiusGoal& goal,
                       Ledger& ledger, std::string& reason) {
    const linear_map& A = block.map();
    const block_facts& facts = block.facts();
    // A product that has been rounded is not the entry.
    if (A.cols() == 1 && A.entrywise()) return single_vertex(block, ledger);
    if (facts.modulus_decides || facts.single_cycle) return radius_of_modulus(block, options, goal, ledger);
    if (block.is_normal()) return radius_of_normal(block, options, ledger);
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    if (facts.trace_bound > 0.0) tighten_lower(b, {facts.trace_bound, Grade::proved, 0.0, "traces of W and W^2"});
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    double magnitude = 0.0;
    if (A.bounded()) {
        b.upper = bound_norms(A).upper;
        magnitude = b.upper.value;
        ledger.count(4);
        if (block.size() <= small_block_size && !block.is_in_place()) {
            reason = solve_small_block(block, options, b, ledger);
            return b;
        }
        if (goal.proved) {
            reason = enclose(block, options, std::max(options.rtol, proved_width), b, ledger);
            if (reason.empty()) return b;
        }
        tighten_upper(b, perron_upper_bound(block, options, ledger));
    }
    SolverOptions rest = options;
    if (facts.reach > 0 && !ledger.exhausted()) {
        rest.delta = 0.5 * options.delta;
        tighten_upper(b, norm_upper_bound(block, rest, ledger));
    }
    dominant_goal search{goal.upper_rtol, magnitude};
    // Discs take longer than powers that settle soon, and less time than those that do not.
    const bool dense = A.bounded() && block.size() <= disc_block_size && !goal.proved;
    if (dense) search.patience = quick_steps;
    if (!search_dominant(block, rest, search, b, ledger)) {
        reason = enclose(block, options, options.rtol, b, ledger);
        if (reason.empty()) return b;
        search.patience = std::numeric_limits<std::int64_t>::max();
        search_dominant(block, rest, search, b, ledger);
    }
    for (Bound* upper : {&b.upper, &b.upper_behind})
        if (upper->grade == Grade::probable) upper->delta = options.delta;
    clamp_value(b);
    if (goal.condition && facts.scaling.empty()) write_condition(block, options, b, ledger);
    return b;
}

}  // namespace

Bracket spectral_radius_of_block(const irreducible_block& block, const SolverOptions& options, const RadiusGoal& goal,
                                 Ledger& ledger) {
    std::string reason;
    Bracket b = radius_by_kind(block, options, goal, ledger, reason);
    const double width = std::max(options.rtol, proved_width);
    if (!goal.proved || is_proved(b, width)) return b;
    if (reason.empty()) reason = enclose(block, options, width, b, ledger);
    if (reason.empty()) return b;
    clamp_value(b);
    for (Bound* end : {&b.lower, &b.upper}) end->source += "; no narrow proof: " + reason;
    return b;
}

}  // namespace rhochain
