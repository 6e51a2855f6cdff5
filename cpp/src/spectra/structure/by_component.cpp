#include "spectra/structure/by_component.hpp"

#include "kernels/vectors/subvector.hpp"
#include "spectra/radius/small_block.hpp"
#include "spectra/structure/band_tilt.hpp"
#include "spectra/structure/component_summary.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace rhochain {
namespace {

// Collects the components' brackets into one for the maximum.
class maximum {
public:
    explicit maximum(const SolverOptions& options) : options_(options) {}

    void add(const Bracket& b, double proved_bound, std::span<const std::int64_t> members) {
        uppers_.push_back({b.upper, proved_bound});
        if (first_ || b.value > best_.value) {
            const Bracket displaced = std::exchange(best_, b);
            if (!first_) keep_lower_and_runner_up(displaced);
            members_ = members;
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
        best_.status = all_converged_ ? Status::converged : Status::bracketed;
        clamp_value(best_);
        scatter_vector(n);
        return best_;
    }

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

    void scatter_vector(std::int64_t n) {
        if (best_.vector.empty() || static_cast<std::int64_t>(best_.vector.size()) == n) return;
        best_.vector = scattered(best_.vector, members_, n);
    }

    const SolverOptions& options_;
    Bracket best_;
    std::vector<candidate> uppers_;
    std::span<const std::int64_t> members_;
    bool first_ = true;
    bool all_converged_ = true;
};

struct component_task {
    const component_summary& summary;
    std::span<const std::int64_t> members;
    const SolverOptions& options;
    const block_solver& solve;
    Ledger& ledger;

    [[nodiscard]] auto size() const { return static_cast<std::int64_t>(members.size()); }
    [[nodiscard]] bool single_cycle() const { return summary.entries == size(); }
};

// What represents W[C, C]: the part itself, or 2^-exponent times its image under a tilt.
struct tilting {
    std::int64_t reach = 0;
    double t = 0.0;
    int exponent = 0;
};

[[nodiscard]] block_facts facts_of(const component_summary& s) {
    block_facts facts;
    facts.signs_factorize = s.signs_factorize;
    facts.modulus_decides = s.modulus_decides;
    facts.has_negative = !s.nonnegative;
    facts.trace_bound = s.trace_bound;
    return facts;
}

// `block` on a space of its own; the bracket is that of 2^-exponent W[C, C].
Bracket solve_alone(const linear_map& block, int exponent, const component_task& task, const tilting& tilt) {
    const linear_map normalised = block.normalised();
    // Under a tilt the start of the component may be out of range.
    std::vector<double> start;
    if (!task.options.start.empty() && tilt.t == 0.0) start = gathered(task.options.start, task.members);
    SolverOptions own = task.options;
    own.start = start;
    const int own_exponent = normalised.exponent() + tilt.exponent;
    const int shift = own_exponent - exponent;
    block_facts facts = facts_of(task.summary);
    facts.single_cycle = task.single_cycle();
    facts.trace_bound = shifted_down(facts.trace_bound, -shift);
    facts.exponent = own_exponent;
    facts.reach = tilt.reach;
    facts.tilt = tilt.t;
    Bracket b = task.solve(irreducible_block(normalised, facts, task.members), own, task.ledger);
    if (tilt.t != 0.0) {
        move_outwards(b, tilt_rounding * static_cast<double>(2 * tilt.reach + 1));
        b.vector = untilted(std::move(b.vector), tilt.t);
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
    return task.solve(irreducible_block::in_place(A, std::move(outside), facts, task.members), task.options,
                      task.ledger);
}

// A long band is solved under a tilt where that gains enough, another component with more than half of the vertices in
// place, and any other one as a block of its own, or in place where A.principal has no part.
Bracket solve_component(const linear_map& A, const component_partition& P, std::span<const std::int64_t> position,
                        const component_task& task) {
    const std::int64_t size = task.size();
    const bool large = size > small_block_size && !task.single_cycle();
    const std::int64_t reach = large ? band_reach(*A.entries(), P, position, task.summary.component) : 0;
    const bool band = is_long_band(reach, size);
    if (2 * size > A.rows() && large && !band) return solve_in_place(A, P, task);
    std::optional<linear_map> block = A.principal(task.members, position);
    if (!block) return solve_in_place(A, P, task);
    const bool may_tilt = band && block->entries() != nullptr;
    const double t = may_tilt ? least_norm_tilt(*block->entries(), reach, task.ledger) : 0.0;
    if (t == 0.0) return solve_alone(*block, A.exponent(), task, {band ? reach : 0, 0.0, 0});
    const tilted_band image = tilted(*block, t, reach, A.prepared_bytes());
    block.reset();
    return solve_alone(image.map, A.exponent(), task, {reach, t, image.exponent});
}

}  // namespace

Bracket solve_by_component(const linear_map& W, const SolverOptions& options, const block_solver& solve,
                           component_quantity quantity) {
    require_square(W, "a radius");
    validate(options, W.domain());
    Ledger ledger(options, W.domain());
    const linear_map A = W.normalised();
    const component_partition P = strong_components(A);
    Bracket result;
    if (P.cyclic.empty()) {
        result = exact_bracket(0.0, "no cycle");
    } else {
        const double scale = std::ldexp(1.0, -A.exponent());
        auto summaries = summarise_components(*A.entries(), scale, P);
        if (quantity == component_quantity::radius) {
            for (component_summary& s : summaries) s.bound = s.radius_bound;
            std::stable_sort(summaries.begin(), summaries.end(),
                             [](const auto& a, const auto& b) { return a.bound > b.bound; });
        }
        const std::vector<std::int64_t> position = positions(P);
        maximum all(options);
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
            all.add(solve_component(A, P, position, {s, members, share, solve, ledger}), s.bound, members);
        }
        result = all.result(A.rows());
        rescale_bracket(result, A.exponent());
    }
    ledger.close(result);
    return result;
}

}  // namespace rhochain
