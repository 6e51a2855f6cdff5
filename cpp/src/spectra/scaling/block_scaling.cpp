#include "spectra/scaling/block_scaling.hpp"

#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/storage/infinity.hpp>
#include "operators/similarity.hpp"
#include "spectra/radius/normal_radius.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/scaling/perron_scaling.hpp"
#include "spectra/scaling/scaling_search.hpp"
#include "spectra/scaling/two_by_two.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// The start is that of a scaling, not one of eigenvectors.
SolverOptions without_start(SolverOptions options) {
    options.start = {};
    return options;
}

block_scaling with_unit_scaling(const irreducible_block& block, Bracket b) {
    block_scaling s{std::move(b), vector_block(block.domain()), 1.0};
    fill(0.0, s.d, block.domain());
    return s;
}

// For ||A||_2 = mu_D(A), D = I.
block_scaling unscaled_block(const irreducible_block& block, Bracket b) {
    b.vector.clear();
    b.residual = b.condition = b.runner_up = Bracket::unknown;
    return with_unit_scaling(block, std::move(b));
}

// Of a block whose signs factorize, or a normal one. Without a search a finer tolerance costs little.
block_scaling scale_directly(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    SolverOptions finer = without_start(options);
    finer.rtol = std::min(options.rtol, 1e-3);
    if (!block.facts().signs_factorize) return unscaled_block(block, radius_of_normal(block, finer, ledger));
    if (block.has_symmetric_modulus()) return unscaled_block(block, perron_of_block(block, finer, ledger));
    return perron_scaling(block, finer, ledger);
}

}  // namespace

block_scaling scale_block(const irreducible_block& block, const ScalingGoal& goal, const SolverOptions& options,
                          Ledger& ledger) {
    const linear_map& A = block.map();
    const bool free = goal.max_kappa == infinity;
    if (free && block.facts().single_cycle) return {perron_of_block(block, options, ledger), {}, 1.0};
    if (free && (block.facts().signs_factorize || block.is_normal())) {
        block_scaling s = scale_directly(block, options, ledger);
        if (relative_width(s.bracket) <= options.rtol) s.bracket.status = Status::converged;
        return s;
    }
    if (free && A.entrywise() && A.cols() == 2 && !block.is_in_place()) return scale_two_by_two(block, ledger);
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a norm is not negative"};
    b.upper = {infinity, Grade::proved, 0.0, "no bound"};
    if (A.bounded()) {
        b.upper = bound_norms(A).upper;
        ledger.count(4);
        if (b.upper.value == 0.0) return with_unit_scaling(block, exact_bracket(0.0, "zero matrix"));
    }
    if (free && A.bounded()) tighten_upper(b, perron_upper_bound(block, without_start(options), ledger));
    search_limits limits{most_log_scaling, std::ldexp(goal.threshold, -block.facts().exponent)};
    if (!free) limits.most = std::min(most_log_scaling, 0.5 * std::log(goal.max_kappa));
    return search_scaling(block, limits, std::move(b), options, ledger);
}

}  // namespace rhochain
