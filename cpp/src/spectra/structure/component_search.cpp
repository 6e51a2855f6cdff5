#include "spectra/structure/component_search.hpp"

#include "kernels/vectors/subvector.hpp"
#include "spectra/radius/small_block.hpp"
#include "spectra/structure/band_tilt.hpp"
#include "spectra/structure/entry_sums.hpp"
#include "spectra/structure/unscaled_vector.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace rhochain {

struct component_search::task {
    const component_summary& summary;
    const component_symmetry& similar;
    const symmetrizing& scalings;
    std::span<const std::int64_t> members;

    [[nodiscard]] auto size() const { return static_cast<std::int64_t>(members.size()); }
    [[nodiscard]] bool single_cycle() const { return summary.entries == size(); }
    [[nodiscard]] bool large() const { return size() > small_block_size && !single_cycle(); }
    // What W[C, C] is under a scaling, if that serves. Two vertices have closed forms; proofs for small blocks need the
    // block itself unless it is normal.
    [[nodiscard]] symmetry kind() const {
        const bool serves = similar.kind == symmetry::moduli ? size() > small_block_size : size() > 2;
        return serves ? similar.kind : symmetry::none;
    }
    [[nodiscard]] bool is_normal() const { return implies_normal(kind()); }
    [[nodiscard]] bool needs_copy() const { return kind() != symmetry::none && !similar.as_stored; }
};

namespace {

// What represents W[C, C]: the part itself, or 2^-exponent times its image D W[C, C] D^-1 under a diagonal scaling.
struct image {
    linear_map map;
    std::int64_t reach = 0;  // of a long band, otherwise 0
    int exponent = 0;
    symmetry kind = symmetry::none;
    std::vector<double> d{};  // D = diag(exp(d)); empty: D = I
    double error = 0.0;       // relative, of each entry of the map
};

[[nodiscard]] block_facts facts_of(const component_summary& s) {
    block_facts facts;
    facts.signs_factorize = s.signs_factorize;
    facts.modulus_decides = s.modulus_decides;
    facts.has_negative = !s.nonnegative;
    facts.trace_bound = s.trace_bound;
    return facts;
}

// Bounds the relative change of rho, rho(|B|), mu_D and ||B|| where the entries of a map B change by B.error: the
// change E of B has ||E|| <= error || |B| ||_2, and || |B| ||_2 is at most sqrt(m_r m_c) ||B|| and sqrt(n) ||B||.
// Where rho is || |B| ||_2 or rho(|B|) it changes by `error` alone, and rho of a nearly symmetric B by at most (2
// ceil(log2 n) + 2) ||E|| (docs/theory/16-normal-matrices.md).
double change_of_bounds(const image& B, bool modulus_decides) {
    if (modulus_decides) return B.error;
    const auto n = static_cast<double>(B.map.rows());
    const double lines = static_cast<double>(B.map.row_terms()) * static_cast<double>(B.map.column_terms());
    const double of_radius = implies_normal(B.kind) ? 2.0 * std::ceil(std::log2(n)) + 2.0 : 1.0;
    return B.error * of_radius * std::sqrt(std::min(lines, n)) * (1.0 + 0x1p-40);
}

// W[C, C] itself, or the image that is symmetric, or that of the tilt of a long band where that gains enough.
template <class Task>
image image_of(linear_map block, std::int64_t reach, std::size_t memory, const Task& t, Ledger& ledger) {
    if (block.entries() == nullptr) return {std::move(block), reach};
    if (t.needs_copy())
        return {symmetrized(block, memory), reach, 0, t.kind(), gathered(t.scalings.d, t.members), t.similar.error};
    if (t.kind() != symmetry::none) return {std::move(block), reach, 0, t.kind()};
    const double tilt = reach > 0 ? least_norm_tilt(*block.entries(), reach, ledger) : 0.0;
    if (tilt == 0.0) return {std::move(block), reach};
    tilted_band B = tilted(block, tilt, reach, memory);
    return {std::move(B.map), reach, B.exponent, symmetry::none, tilt_logarithms(tilt, t.size()), tilt_rounding};
}

// Solves a map on a space of its own; the bracket is that of 2^-exponent W[C, C].
template <class Task>
Bracket solve_alone(const image& B, int exponent, const Task& t, const SolverOptions& options,
                    const block_solver& solve, Ledger& ledger) {
    const linear_map normalised = B.map.normalised();
    const bool scaled = !B.d.empty();
    // Under a scaling the start of the component may be out of range.
    std::vector<double> start;
    if (!options.start.empty() && !scaled) start = gathered(options.start, t.members);
    SolverOptions own = options;
    own.start = start;
    const int own_exponent = normalised.exponent() + B.exponent;
    const int shift = own_exponent - exponent;
    block_facts facts = facts_of(t.summary);
    facts.single_cycle = t.single_cycle();
    facts.trace_bound = shifted_down(facts.trace_bound, -shift);
    facts.exponent = own_exponent;
    facts.reach = B.reach;
    facts.kind = B.kind;
    facts.scaling = B.d;
    if (!scaled) facts.moduli = gram_interval(normalised);
    Bracket b = solve(irreducible_block(normalised, facts, t.members), own, ledger);
    if (scaled) {
        const double error = change_of_bounds(B, facts.modulus_decides);
        move_outwards(b, error);
        if (error > 0.01 * own.rtol && relative_width(b) > own.rtol) b.status = Status::bracketed;
        b.vector = unscaled(std::move(b.vector), B.d);
        b.condition = Bracket::unknown;
        b.residual = Bracket::unknown;
    }
    rescale_bracket(b, shift);
    return b;
}

}  // namespace

component_search::component_search(const linear_map& A, const SolverOptions& options, component_quantity quantity,
                                   component_partition P, const entry_sums& sums)
    : A_(A), options_(options), P_(std::move(P)), all_(options_, *A.entries(), P_), share_(options) {
    if (acyclic()) return;
    summaries_ = summarise_components(*A.entries(), P_, sums);
    if (quantity == component_quantity::radius) {
        for (component_summary& s : summaries_) s.bound = s.radius_bound;
        std::stable_sort(summaries_.begin(), summaries_.end(),
                         [](const auto& a, const auto& b) { return a.bound > b.bound; });
    }
    position_ = positions(P_);
    scalings_ = symmetrize(*A.entries(), P_);
}

const component_summary* component_search::next() {
    for (; next_ < summaries_.size(); ++next_) {
        const component_summary& s = summaries_[next_];
        if (all_.can_skip(s.bound)) {
            all_.skip(s);
            continue;
        }
        // The shares 6 / (pi i)^2 of delta add up to at most delta. A single component has all of it.
        ++solved_;
        if (summaries_.size() > 1) share_.delta = options_.delta * 0.6079 / (solved_ * solved_);
        ++next_;
        return &s;
    }
    return nullptr;
}

component_search::task component_search::task_of(const component_summary& s) const {
    return {s, scalings_.of[static_cast<std::size_t>(s.component)], scalings_, P_.members(s.component)};
}

std::int64_t component_search::reach_of(const task& t) const {
    return t.large() ? long_band_reach(*A_.entries(), P_, position_, t.summary.component) : 0;
}

bool component_search::in_place(const task& t, std::int64_t reach) const {
    if (2 * t.size() <= A_.rows() || !t.large() || t.needs_copy()) return false;
    return t.is_normal() ? t.size() == A_.rows() : reach == 0;
}

bool component_search::serves_in_place(const component_summary& s) const {
    const task t = task_of(s);
    return in_place(t, reach_of(t));
}

block_facts component_search::facts_in_place(const component_summary& s) const {
    const task t = task_of(s);
    block_facts facts = facts_of(s);
    facts.exponent = A_.exponent();
    if (!t.needs_copy()) facts.kind = t.kind();
    if (t.size() == A_.rows()) facts.moduli = gram_interval(A_);
    return facts;
}

std::vector<std::int64_t> component_search::outside(const component_summary& s) const {
    std::vector<std::int64_t> found;
    for (std::int64_t i = 0; i < A_.rows(); ++i)
        if (P_.labels[static_cast<std::size_t>(i)] != s.component) found.push_back(i);
    return found;
}

// As one component of A among others. It is no single cycle: the radius of a cycle needs a block of its own.
Bracket component_search::solve_in_place(const component_summary& s, const SolverOptions& own,
                                         const block_solver& solve, Ledger& ledger) const {
    const auto block = irreducible_block::in_place(A_, outside(s), facts_in_place(s), P_.members(s.component));
    return solve(block, own, ledger);
}

Bracket component_search::solve(const component_summary& s, const SolverOptions& own, const block_solver& solve,
                                Ledger& ledger) const {
    const task t = task_of(s);
    const std::int64_t reach = reach_of(t);
    if (in_place(t, reach)) return solve_in_place(s, own, solve, ledger);
    std::optional<linear_map> block = A_.principal(t.members, position_);
    // Where A has no such part.
    if (!block) return solve_in_place(s, own, solve, ledger);
    const image B = image_of(*std::exchange(block, {}), reach, A_.prepared_bytes(), t, ledger);
    return solve_alone(B, A_.exponent(), t, own, solve, ledger);
}

}  // namespace rhochain
