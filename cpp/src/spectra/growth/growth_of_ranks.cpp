#include "spectra/growth/growth_of_ranks.hpp"

#include "spectra/run_stage.hpp"
#include "spectra/structure/first_rank_work.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace rhochain {
namespace {

void exchange(state_archive& s, WorstCaseGrowth& found, std::int64_t neurons) {
    exchange(s, found.bracket);
    s(found.bracket.eigenvalue);
    s(found.bracket.no_vector);
    s(found.bracket.matvecs);
    s(found.period);
    found.active.resize(static_cast<std::size_t>(found.period * neurons));
    s.flags(found.active, space(found.period * neurons, 1));
    exchange(s, found.vanishes_below);
    exchange(s, found.explodes_above);
}

// Columns of a p x n table.
std::vector<std::uint8_t> own_columns(const std::vector<std::uint8_t>& all, std::int64_t period, const space& S) {
    std::vector<std::uint8_t> own;
    for (std::int64_t step = 0; step < period; ++step) {
        const auto begin = all.begin() + step * S.size() + S.first();
        own.insert(own.end(), begin, begin + S.length());
    }
    return own;
}

}  // namespace

WorstCaseGrowth growth_of_ranks(const linear_map& W, const SlopeRange& slopes, const SolverOptions& options) {
    const space& S = W.domain();
    const std::optional<linear_map> whole = W.gathered();
    SlopeRange of_all = slopes;
    std::vector<double> leaks;
    if (S.any(!slopes.leaks.empty())) {
        leaks = S.assembled(slopes.leaks);
        of_all.leaks = leaks;
    }
    WorstCaseGrowth found;
    call_of_first_rank(
        S, options, found.bracket, [&](const SolverOptions& own) { found = worst_case_growth(*whole, of_all, own); },
        [&](state_archive& s) { exchange(s, found, S.size()); });
    found.active = own_columns(found.active, found.period, S);
    return found;
}

}  // namespace rhochain
