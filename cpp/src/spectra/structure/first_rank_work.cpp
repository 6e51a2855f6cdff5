#include "spectra/structure/first_rank_work.hpp"

#include <rhochain/spectra/run_log.hpp>
#include "spectra/structure/on_first_rank.hpp"

namespace rhochain {

void work_of_first_rank(Ledger& ledger, const SolverOptions& options, const first_rank_run& run) {
    const space& S = ledger.domain();
    std::int64_t products = 0;
    const auto at_work = [&](bool first_works) {
        static_cast<void>(ledger.exhausted());
        return S.any(first_works);
    };
    if (S.rank() == 0)
        S.attempt([&] {
            SolverOptions own = ledger.inner_options(options, options.max_matvecs - ledger.matvecs());
            own.interrupt = [&] { return at_work(true) && ledger.exhausted(); };
            products = run(own);
        });
    while (at_work(false)) {
    }
    on_first_rank(
        S, [] {},
        [&](state_archive& s) {
            s(products);
            if (ledger.log() != nullptr) ledger.log()->exchange_end(s);
        });
    ledger.count(products);
}

void call_of_first_rank(const space& S, const SolverOptions& options, Bracket& found,
                        const std::function<void(const SolverOptions&)>& compute,
                        const std::function<void(state_archive&)>& results) {
    Ledger ledger(options, S);
    work_of_first_rank(ledger, options, [&](SolverOptions own) {
        own.callback = options.callback;
        own.start = {};
        compute(own);
        return found.matvecs;
    });
    on_first_rank(S, [] {}, results);
    ledger.close(found);
}

}  // namespace rhochain
