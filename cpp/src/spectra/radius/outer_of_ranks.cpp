#include "spectra/radius/outer_of_ranks.hpp"

#include <rhochain/spectra/structure/components.hpp>
#include "spectra/run_stage.hpp"
#include "spectra/structure/first_rank_work.hpp"
#include "spectra/structure/on_first_rank.hpp"

namespace rhochain {
namespace {

std::int64_t nonzeros(const stored_entries& W) {
    return W.visit([](const auto& view) {
        std::int64_t count = 0;
        for (std::int64_t p = view.row_begin(0); p < view.row_end(view.rows() - 1); ++p) count += view.value(p) != 0;
        return count;
    });
}

// Whether W is one component, and more than a cycle.
bool is_one_component(const linear_map& W) {
    const stored_entries entries = *W.entries();
    return strong_components(entries).count == 1 && nonzeros(entries) > W.rows();
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
    OuterEigenvalues found;
    call_of_first_rank(
        S, options, found.outermost, [&](const SolverOptions& own) { found = outer_eigenvalues(*whole, k, own); },
        [&](state_archive& s) { exchange(s, found); });
    return found;
}

}  // namespace rhochain
