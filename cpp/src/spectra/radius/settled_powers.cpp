#include "spectra/radius/settled_powers.hpp"

#include "spectra/run_stage.hpp"

namespace rhochain {

ritz_pair settled_again(power_filter& again, const power_filter& powers, double rtol, Ledger& ledger) {
    constexpr std::int64_t between_looks = 8;
    constexpr double well_below = 0.01;
    const std::int64_t most = powers.steps() + powers.steps() / 2;
    bool settled = false;
    run_stage stage(ledger, [&](state_archive& s) {
        again.exchange(s);
        s(settled);
    });
    while (!stage.finished() && again.steps() < most && !again.vanished() && !stage.exhausted()) {
        stage.mark();
        again.step();
        ledger.count();
        if (again.steps() % between_looks != 0) continue;
        again.fit(powers.recurrence().degree);
        const ritz_pair pair = again.settled_pair();
        settled = pair.found() && pair.meets(well_below * rtol);
        if (settled) break;
    }
    stage.close();
    return settled ? again.settled_pair() : ritz_pair{};
}

}  // namespace rhochain
