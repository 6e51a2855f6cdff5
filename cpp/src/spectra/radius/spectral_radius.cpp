#include <rhochain/spectra/radius/spectral_radius.hpp>

#include "spectra/radius/eigenvector_behind.hpp"
#include "spectra/radius/radius_of_block.hpp"
#include "spectra/structure/by_component.hpp"

#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

Bracket radius_from_products(const linear_map& W, const SolverOptions& options, const RadiusGoal& goal) {
    require_square(W, "the spectral radius");
    validate(options, W.domain());
    if (W.cols() == 0) return exact_bracket(0.0, "empty matrix");
    Ledger ledger(options, W.domain());
    const linear_map A = W.normalised();
    block_facts facts;
    facts.exponent = A.exponent();
    Bracket b = spectral_radius_of_block(irreducible_block(A, facts), options, goal, ledger);
    write_eigenvector(A, b, ledger);
    ledger.close(b);
    rescale_bracket(b, A.exponent());
    return b;
}

}  // namespace

Bracket spectral_radius(const linear_map& W, const SolverOptions& options, const RadiusGoal& goal) {
    if (!(goal.upper_rtol >= 0.0))
        throw std::invalid_argument("upper_rtol: got " + std::to_string(goal.upper_rtol) + ", expected at least 0");
    if (W.entries() == nullptr && !W.gathers()) return radius_from_products(W, options, goal);
    const auto solve = [&goal](const irreducible_block& block, const SolverOptions& own, Ledger& ledger) {
        return spectral_radius_of_block(block, own, goal, ledger);
    };
    return solve_by_component(W, options, solve, component_quantity::radius, entry_map::identity);
}

}  // namespace rhochain
