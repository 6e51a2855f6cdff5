#include "spectra/radius/outer_of_ranks.hpp"

#include "spectra/run_stage.hpp"
#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/first_rank_work.hpp"
#include "spectra/structure/on_first_rank.hpp"

namespace rhochain {
namespace {

// Whether W is one component, and more than a cycle.
bool is_one_component(const linear_map& W) {
    const component_partition P = strong_components(*W.entries());
    return P.count == 1 && summarise_components(*W.entries(), 1.0, P).front().entries > W.rows();
}

void exchange(state_archive& s, OuterEigenvalues& found) {
    s.list(found.values, OuterEigenvalue{}, 6, [&](OuterEigenvalue& v) {
        s(v.value);
        s(v.radius);
        s.within(v.grade, Grade::proved);
        s(v.residual);
        s(v.condition);
    });
    exchange(s, found.rest);
    exchange(s, found.outermost);
    s(found.outermost.matvecs);
}

}  // namespace

std::optional<OuterEigenvalues> outer_eigenvalues_of_ranks(const linear_map& W, std::int64_t k,
                                                           const SolverOptions& options) {
    const space& S = W.domain();
    const std::optional<linear_map> whole = W.gathered();
    bool together = false;
    // One rank has all rows of a matrix that is not larger than an alignment.
    on_first_rank(
        S, [&] { together = S.size() > S.alignment() && is_one_component(*whole); },
        [&](state_archive& s) { s(together); });
    if (together) return std::nullopt;
    Ledger ledger(options, S);
    OuterEigenvalues found;
    work_of_first_rank(ledger, options, [&](SolverOptions own) {
        own.callback = options.callback;
        own.start = {};
        found = outer_eigenvalues(*whole, k, own);
        return found.outermost.matvecs;
    });
    on_first_rank(S, [] {}, [&](state_archive& s) { exchange(s, found); });
    ledger.close(found.outermost);
    return found;
}

}  // namespace rhochain
