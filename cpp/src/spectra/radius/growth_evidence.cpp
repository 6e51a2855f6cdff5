#include "spectra/radius/growth_evidence.hpp"

#include "spectra/radius/commutator.hpp"
#include "spectra/radius/walk_depth.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>

namespace rhochain {

bool growth_is_evidence(const irreducible_block& block, const SolverOptions& options, power_filter& powers,
                        Ledger& ledger) {
    constexpr std::int64_t most_depth = 1024;
    const double rate = powers.growth_rate();
    auto depth = walk_depth(block, walk_direction::into, rate, most_depth, ledger);
    if (depth && block.map().entrywise()) {
        const auto out = walk_depth(block, walk_direction::out_of, rate, most_depth, ledger);
        if (out)
            *depth = std::max(*depth, *out);
        else
            depth.reset();
    }
    if (!depth || powers.steps() < 2 * *depth)
        if (block.map().bounded() && commutes_with_adjoint(block, options, ledger)) return true;
    if (!depth) return false;
    run_stage stage(ledger, [&](state_archive& s) { powers.exchange(s); });
    while (!stage.finished() && powers.steps() < 2 * *depth && !powers.vanished() && !stage.exhausted()) {
        stage.mark();
        powers.step();
        ledger.count();
    }
    stage.close();
    return powers.vanished() || powers.steps() >= 2 * *depth;
}

}  // namespace rhochain
