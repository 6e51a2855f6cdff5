#include "spectra/structure/by_component.hpp"

#include "kernels/vectors/subvector.hpp"
#include "spectra/radius/eigenvector_behind.hpp"
#include "spectra/radius/small_block.hpp"
#include "spectra/structure/band_tilt.hpp"
#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/eigenvector_extension.hpp"
#include "spectra/structure/symmetrizing.hpp"
#include "spectra/structure/unscaled_vector.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace rhochain {
namespace {

// Collects the components' brackets into one for the maximum.
class maximum {
public:
    maximum(const SolverOptions& options, const stored_entries& W, const component_partition& P)
        : options_(options), W_(W), P_(P) {}

    void add(const Bracket& b, const component_summary& of) {
        uppers_.push_back({b.upper, of.bound});
        if (first_ || b.value > best_.value || serves_as_well(b, of.component)) {
            const Bracket displaced = std::exchange(best_, b);
            if (!first_) keep_lower_and_runner_up(displaced);
            best_of_ = &of;
        } else {
            keep_lower_and_runner_up(b);
        }
        all_converged_ &= b.status == Status::converged;
        first_ = false;
    }

    // A skipped component contributes its bounds.
    void skip(const component_summary& s) {
        uppers_.push_back({{s.bound, Grade::proved, 0.0, "row or column sums of a component"}, s.bound});
        if (s.trace_bound > graded_lower(best_).value)
            tighten_lower(best_, {s.trace_bound, Grade::proved, 0.0, "traces of W and W^2"});
    }

    [[nodiscard]] bool can_skip(double proved_bound) const {
        return !first_ && proved_bound <= best_.value * (1.0 + 0.01 * options_.rtol);
    }

    [[nodiscard]] Bracket result(std::int64_t n) {
        best_.upper = best_.upper_behind = upper();
        // A largest bound fails if one of them does; the shares of the components add up to at most delta.
        for (Bound* lower : {&best_.lower, &best_.lower_behind})
            if (lower->grade == Grade::probable) lower->delta = options_.delta;
        best_.status = all_converged_ ? Status::converged : Status::bracketed;
        clamp_value(best_);
        scatter_vector(n);
        return best_;
    }

    [[nodiscard]] const component_summary& best_of() const { return *best_of_; }

private:
    struct candidate {
        Bound tight;
        double proved;
    };

    void keep_lower_and_runner_up(const Bracket& other) {
        tighten_lower(best_, graded_lower(other));
        tighten_lower(best_, other.lower);
        if (!(best_.runner_up >= other.value)) best_.runner_up = other.value;
    }

    // The largest of the components' bounds. Where the proved bound of a component does not exceed it, the component
    // does not lower its grade.
    [[nodiscard]] Bound upper() const {
        Bound largest = uppers_.front().tight;
        for (const candidate& u : uppers_)
            if (u.tight.value > largest.value) largest = u.tight;
        std::int64_t random = 0;
        for (const candidate& u : uppers_) {
            if (u.proved <= largest.value) continue;
            largest.grade = std::min(largest.grade, u.tight.grade);
            if (u.tight.grade != Grade::probable) continue;
            largest.delta = ++random == 1 ? u.tight.delta : options_.delta;
        }
        if (largest.grade != Grade::probable) largest.delta = 0.0;
        return largest;
    }

    // Of two components with the same value, the eigenvector of the one that no path leads to from the other is 0 on
    // the other, or there is none without it.
    [[nodiscard]] bool serves_as_well(const Bracket& b, std::int64_t component) const {
        if (b.value != best_.value || b.vector.empty()) return false;
        return best_.vector.empty() || is_behind(W_, best_of_->component, component);
    }

    void scatter_vector(std::int64_t n) {
        if (best_.vector.empty() || static_cast<std::int64_t>(best_.vector.size()) == n) return;
        best_.vector = scattered(best_.vector, P_.members(best_of_->component), n);
    }

    const SolverOptions& options_;
    const stored_entries& W_;
    const component_partition& P_;
    Bracket best_;
    std::vector<candidate> uppers_;
    const component_summary* best_of_ = nullptr;
    bool first_ = true;
    bool all_converged_ = true;
};

struct component_task {
    const component_summary& summary;
    const component_symmetry& similar;
    const symmetrizing& scalings;
    std::span<const std::int64_t> members;
    const SolverOptions& options;
    const block_solver& solve;
    Ledger& ledger;

    [[nodiscard]] auto size() const { return static_cast<std::int64_t>(members.size()); }
    [[nodiscard]] bool single_cycle() const { return summary.entries == size(); }
    // What W[C, C] is under a scaling, if that serves. Two vertices have closed forms; proofs for small blocks need the
    // block itself unless it is normal.
    [[nodiscard]] symmetry kind() const {
        const bool serves = similar.kind == symmetry::moduli ? size() > small_block_size : size() > 2;
        return serves ? similar.kind : symmetry::none;
    }
    [[nodiscard]] bool is_normal() const { return implies_normal(kind()); }
    [[nodiscard]] bool needs_copy() const { return kind() != symmetry::none && !similar.as_stored; }
};

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

// Solves a map on a space of its own; the bracket is that of 2^-exponent W[C, C].
Bracket solve_alone(const image& B, int exponent, const component_task& task) {
    const linear_map normalised = B.map.normalised();
    const bool scaled = !B.d.empty();
    // Under a scaling the start of the component may be out of range.
    std::vector<double> start;
    if (!task.options.start.empty() && !scaled) start = gathered(task.options.start, task.members);
    SolverOptions own = task.options;
    own.start = start;
    const int own_exponent = normalised.exponent() + B.exponent;
    const int shift = own_exponent - exponent;
    block_facts facts = facts_of(task.summary);
    facts.single_cycle = task.single_cycle();
    facts.trace_bound = shifted_down(facts.trace_bound, -shift);
    facts.exponent = own_exponent;
    facts.reach = B.reach;
    facts.kind = B.kind;
    facts.scaling = B.d;
    if (!scaled) facts.moduli = gram_interval(normalised);
    Bracket b = task.solve(irreducible_block(normalised, facts, task.members), own, task.ledger);
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

// As one component of A among others. `single_cycle` is false here: the radius of a cycle needs a block of its own.
Bracket solve_in_place(const linear_map& A, const component_partition& P, const component_task& task) {
    std::vector<std::int64_t> outside;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        if (P.labels[static_cast<std::size_t>(i)] != task.summary.component) outside.push_back(i);
    block_facts facts = facts_of(task.summary);
    facts.exponent = A.exponent();
    if (!task.needs_copy()) facts.kind = task.kind();
    if (outside.empty()) facts.moduli = gram_interval(A);
    return task.solve(irreducible_block::in_place(A, std::move(outside), facts, task.members), task.options,
                      task.ledger);
}

// W[C, C] itself, or the image that is symmetric, or that of the tilt of a long band where that gains enough.
image image_of(linear_map block, std::int64_t reach, std::size_t memory, const component_task& task) {
    if (block.entries() == nullptr) return {std::move(block), reach};
    if (task.needs_copy())
        return {symmetrized(block, memory), reach, 0, task.kind(), gathered(task.scalings.d, task.members),
                task.similar.error};
    if (task.kind() != symmetry::none) return {std::move(block), reach, 0, task.kind()};
    const double t = reach > 0 ? least_norm_tilt(*block.entries(), reach, task.ledger) : 0.0;
    if (t == 0.0) return {std::move(block), reach};
    tilted_band B = tilted(block, t, reach, memory);
    return {std::move(B.map), reach, B.exponent, symmetry::none, tilt_logarithms(t, task.size()), tilt_rounding};
}

// A component with more than half of the vertices in place, unless another image of it serves better, and any other one
// as a block of its own, or in place where A.principal has no part.
Bracket solve_component(const linear_map& A, const component_partition& P, std::span<const std::int64_t> position,
                        const component_task& task) {
    const std::int64_t size = task.size();
    const bool large = size > small_block_size && !task.single_cycle();
    const std::int64_t found = large ? band_reach(*A.entries(), P, position, task.summary.component) : 0;
    const std::int64_t reach = is_long_band(found, size) ? found : 0;
    const bool serves_in_place =
        task.is_normal() ? !task.needs_copy() && size == A.rows() : !task.needs_copy() && reach == 0;
    if (2 * size > A.rows() && large && serves_in_place) return solve_in_place(A, P, task);
    std::optional<linear_map> block = A.principal(task.members, position);
    if (!block) return solve_in_place(A, P, task);
    const image B = image_of(*std::exchange(block, {}), reach, A.prepared_bytes(), task);
    return solve_alone(B, A.exponent(), task);
}

// Of a W without a cycle.
Bracket nilpotent(const linear_map& W, const component_partition& P, const std::optional<entry_map>& f) {
    Bracket b = exact_bracket(0.0, "no cycle");
    if (!f || P.count == 0) return b;
    b.vector.assign(static_cast<std::size_t>(W.rows()), 0.0);
    b.vector[static_cast<std::size_t>(source_vertex(*W.entries(), P))] = 1.0;
    b.eigenvalue = 0.0;
    return b;
}

}  // namespace

Bracket solve_by_component(const linear_map& W, const SolverOptions& options, const block_solver& solve,
                           component_quantity quantity, std::optional<entry_map> eigenvector_of) {
    require_square(W, "a radius");
    validate(options, W.domain());
    Ledger ledger(options, W.domain());
    const linear_map A = W.normalised();
    const component_partition P = strong_components(A);
    Bracket result;
    if (P.cyclic.empty()) {
        result = nilpotent(A, P, eigenvector_of);
    } else {
        const double scale = std::ldexp(1.0, -A.exponent());
        auto summaries = summarise_components(*A.entries(), scale, P);
        if (quantity == component_quantity::radius) {
            for (component_summary& s : summaries) s.bound = s.radius_bound;
            std::stable_sort(summaries.begin(), summaries.end(),
                             [](const auto& a, const auto& b) { return a.bound > b.bound; });
        }
        const std::vector<std::int64_t> position = positions(P);
        const symmetrizing scalings = symmetrize(*A.entries(), P);
        maximum all(options, *A.entries(), P);
        SolverOptions share = options;
        double solved = 0.0;
        for (const component_summary& s : summaries) {
            if (all.can_skip(s.bound)) {
                all.skip(s);
                continue;
            }
            // The shares 6 / (pi i)^2 of delta add up to at most delta. A single component has all of it.
            ++solved;
            if (summaries.size() > 1) share.delta = options.delta * 0.6079 / (solved * solved);
            const auto members = P.members(s.component);
            const component_symmetry& similar = scalings.of[static_cast<std::size_t>(s.component)];
            const component_task task{s, similar, scalings, members, share, solve, ledger};
            all.add(solve_component(A, P, position, task), s);
        }
        result = all.result(A.rows());
        if (eigenvector_of) write_extended_eigenvector(A, P, *eigenvector_of, all.best_of(), options, result, ledger);
        rescale_bracket(result, A.exponent());
    }
    ledger.close(result);
    return result;
}

}  // namespace rhochain
