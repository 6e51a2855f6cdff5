#include <rhochain/spectra/structure/sign_structure.hpp>

#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/line_signs.hpp"
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

}  // namespace

sign_structure signs_of(const linear_map& W) {
    if (W.entries() == nullptr)
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, as signs_of reads the entries");
    const stored_entries& entries = *W.entries();
    sign_structure s;
    const line_signs lines = signs_of_lines(entries);
    s.rows = mixed_of(lines.rows);
    s.columns = mixed_of(lines.columns);
    s.factorizes = s.columns.lines.empty() || s.rows.lines.empty() || signs_factorize(entries);
    s.factorizes_in_components =
        W.rows() == W.cols() && (s.factorizes || all(signs_factorize(entries, strong_components(entries))));
    return s;
}

}  // namespace rhochain
