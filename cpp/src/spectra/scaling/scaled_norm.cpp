#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include <rhochain/storage/infinity.hpp>

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include "kernels/solvers/scaling_ops.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/adjoint_check.hpp"
#include "spectra/run_stage.hpp"
#include "spectra/scaling/block_scaling.hpp"
#include "spectra/scaling/scaling_assembly.hpp"
#include "spectra/structure/by_component.hpp"
#include "spectra/structure/on_first_rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

void validate_goal(const ScalingGoal& goal) {
    if (!(goal.max_kappa >= 1.0))
        throw std::invalid_argument("max_kappa: got " + std::to_string(goal.max_kappa) + ", expected at least 1");
    if (!(goal.threshold >= 0.0))
        throw std::invalid_argument("threshold: got " + std::to_string(goal.threshold) + ", expected at least 0");
}

// Of A itself, without its exponent.
ScaledNorm as_one_block(const linear_map& A, const SolverOptions& options, const ScalingGoal& goal) {
    const space& S = A.domain();
    validate(options, S);
    ScaledNorm result;
    Ledger ledger(options, S);
    if (A.cols() == 0) {
        result.bracket = exact_bracket(0.0, "empty matrix");
        result.attained = result.bracket.upper;
        return result;
    }
    ledger.count(require_adjoint(A, options.seed));
    // A finite bound on kappa keeps W one block, which need not be connected.
    ScalingGoal own = goal;
    if (A.bounded()) own.max_kappa = std::min(goal.max_kappa, 0x1p1000);
    block_facts facts;
    facts.exponent = A.exponent();
    block_scaling s = scale_block(irreducible_block(A, facts), own, options, ledger);
    result.bracket = std::move(s.bracket);
    ledger.close(result.bracket);
    result.scaling = for_caller(s.d);
    result.attained = result.bracket.upper;
    result.attained.value *= s.excess;
    if (!S.any(!result.scaling.empty())) {
        result.scaling.assign(static_cast<std::size_t>(S.length()), 0.0);
        result.attained.value = infinity;
    }
    return result;
}

// The scalings of the components of A put together, in the process that has the entries.
class scaling_of_components {
public:
    explicit scaling_of_components(const linear_map& A)
        : A_(A),
          P_(strong_components(*A.entries())),
          side_(A.entries()->transposed ? -1.0 : 1.0),
          found_{std::vector<double>(static_cast<std::size_t>(A.rows()), 0.0),
                 std::vector<char>(static_cast<std::size_t>(P_.count), 0)} {}

    // `d` has an entry for each member, or for each vertex.
    void place(const irreducible_block& block, vector_in d) {
        const std::int64_t c = P_.labels[static_cast<std::size_t>(block.members().front())];
        found_.solved[static_cast<std::size_t>(c)] = 1;
        place_component(block.members(), d, block.facts().scaling, side_, found_.d);
    }

    // With the bracket of mu_D(W) and its components' `excess`.
    [[nodiscard]] Bound attained(const Bound& upper_end, double excess) {
        if (P_.cyclic.empty()) return {infinity, Grade::proved, 0.0, "no scaling attains 0"};
        constexpr double slack = 1e-3;
        constexpr double least = std::numeric_limits<double>::denorm_min();
        const double upper = shifted_up(upper_end.value, -A_.exponent());
        const assembled_norms rest = assemble_scaling(*A_.entries(), A_.exponent(), P_, slack * upper, found_);
        const double largest = std::max(upper * excess, rest.left_out);
        // `least` covers rounding among subnormal numbers. D magnifies the loss of a map that is not lossless without
        // limit.
        const double together = (largest + rest.between) * (1.0 + rest.rounding) * (1.0 + 0x1p-49) + 8.0 * least;
        Bound bound = upper_end;
        bound.value = A_.lossless() ? shifted_up(together, A_.exponent()) : infinity;
        return bound;
    }

    [[nodiscard]] std::vector<double> take() {
        scale(side_, found_.d);
        return std::move(found_.d);
    }

private:
    linear_map A_;
    component_partition P_;
    double side_;
    component_scalings found_;
};

// Of a W with entries, in this process or shared out to ranks, the power of two A.exponent() included.
ScaledNorm by_components(const linear_map& W, const SolverOptions& options, const ScalingGoal& goal) {
    const linear_map A = W.normalised();
    const space& S = A.domain();
    const std::optional<linear_map> gathered = A.entries() == nullptr ? A.gathered() : std::optional(A);
    std::optional<scaling_of_components> all;
    on_first_rank(
        S, [&] { all.emplace(A.entries() == nullptr && A.exponent() != 0 ? gathered->normalised() : *gathered); },
        [](state_archive&) {});
    double excess = 1.0;
    const auto solve = [&](const irreducible_block& block, const SolverOptions& own, Ledger& ledger) {
        block_scaling s = scale_block(block, goal, own, ledger);
        if (s.d.empty()) return s.bracket;
        const block_facts& facts = block.facts();
        // The sum of two scalings rounds by e, which magnifies the norm by at most exp(2 max |e|).
        const double rounded =
            facts.scaling.empty() ? 0.0 : 0x1p-51 * (max_abs(facts.scaling) + max_abs(s.d, block.domain()));
        excess = std::max(excess, s.excess * (1.0 + rounded));
        const std::vector<double> d = block.domain().assembled(for_caller(s.d));
        if (all) all->place(block, from_caller(std::span<const double>(d)));
        return s.bracket;
    };
    ScaledNorm result;
    result.bracket = solve_by_component(W, options, solve);
    on_first_rank(
        S,
        [&] {
            result.attained = all->attained(result.bracket.upper, excess);
            result.scaling = all->take();
        },
        [&](state_archive& s) { exchange(s, result.attained); });
    result.scaling = from_first_rank(std::move(result.scaling), S);
    return result;
}

}  // namespace

ScaledNorm scaled_norm(const linear_map& W, const SolverOptions& options, const ScalingGoal& goal) {
    require_square(W, "a scaled norm");
    validate_goal(goal);
    ScaledNorm s;
    if ((W.entries() != nullptr || W.gathers()) && goal.max_kappa == infinity) {
        s = by_components(W, options, goal);
    } else {
        const linear_map A = W.normalised();
        s = as_one_block(A, options, goal);
        rescale_bracket(s.bracket, A.exponent());
        s.attained.value = shifted_up(s.attained.value, A.exponent());
    }
    s.bracket.vector.clear();
    s.bracket.residual = Bracket::unknown;
    s.bracket.no_vector = "mu_D is an infimum over scalings, of which each has vectors of its own";
    return s;
}

}  // namespace rhochain
