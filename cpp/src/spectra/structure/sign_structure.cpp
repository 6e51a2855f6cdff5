#include <rhochain/spectra/structure/sign_structure.hpp>

#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/line_signs.hpp"
#include "spectra/structure/on_first_rank.hpp"
#include "spectra/structure/sign_factors.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace rhochain {
namespace {

mixed_lines mixed_of(const std::vector<sign_counts>& counts) {
    mixed_lines mixed;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        if (!counts[k].mixed()) continue;
        mixed.lines.push_back(static_cast<std::int64_t>(k));
        mixed.minority.push_back(std::min(counts[k].positive, counts[k].negative));
    }
    return mixed;
}

bool all(const std::vector<bool>& values) { return std::find(values.begin(), values.end(), false) == values.end(); }

sign_structure signs_here(const stored_entries& entries, bool square) {
    sign_structure s;
    const line_signs lines = signs_of_lines(entries);
    s.rows = mixed_of(lines.rows);
    s.columns = mixed_of(lines.columns);
    s.factorizes = s.columns.lines.empty() || s.rows.lines.empty() || signs_factorize(entries);
    s.factorizes_in_components = square && (s.factorizes || all(signs_factorize(entries, strong_components(entries))));
    return s;
}

}  // namespace

sign_structure signs_of(const linear_map& W) {
    if (W.entries() != nullptr) return signs_here(*W.entries(), W.rows() == W.cols());
    if (!W.gathers())
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, as signs_of reads the entries");
    sign_structure found;
    const auto whole = W.gathered();
    on_first_rank(
        W.range(), [&] { found = signs_here(*whole->entries(), W.rows() == W.cols()); },
        [&](state_archive& s) {
            s(found.factorizes);
            s(found.factorizes_in_components);
            for (auto* list : {&found.columns.lines, &found.columns.minority, &found.rows.lines, &found.rows.minority})
                s.list(*list, std::int64_t{0}, 1, [&](std::int64_t& i) { s(i); });
        });
    return found;
}

}  // namespace rhochain
