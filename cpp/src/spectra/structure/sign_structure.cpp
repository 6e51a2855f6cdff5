#include <rhochain/spectra/structure/sign_structure.hpp>

#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/sign_factors.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace rhochain {
namespace {

struct sign_counts {
    std::int64_t positive = 0;
    std::int64_t negative = 0;

    void add(bool is_negative) { ++(is_negative ? negative : positive); }
};

mixed_lines mixed_of(const std::vector<sign_counts>& counts) {
    mixed_lines mixed;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        const std::int64_t minority = std::min(counts[k].positive, counts[k].negative);
        if (minority == 0) continue;
        mixed.lines.push_back(static_cast<std::int64_t>(k));
        mixed.minority.push_back(minority);
    }
    return mixed;
}

template <class Matrix>
void count_signs(const Matrix& W, mixed_lines& rows, mixed_lines& columns) {
    std::vector<sign_counts> by_row(static_cast<std::size_t>(W.rows())), by_column(static_cast<std::size_t>(W.cols()));
    for (std::int64_t i = 0; i < W.rows(); ++i)
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            if (W.value(p) == 0) continue;
            by_row[static_cast<std::size_t>(i)].add(W.value(p) < 0);
            by_column[static_cast<std::size_t>(W.column(p))].add(W.value(p) < 0);
        }
    rows = mixed_of(by_row);
    columns = mixed_of(by_column);
}

bool all(const std::vector<bool>& values) { return std::find(values.begin(), values.end(), false) == values.end(); }

}  // namespace

sign_structure signs_of(const linear_map& W) {
    if (W.entries() == nullptr)
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, as signs_of reads the entries");
    const stored_entries& entries = *W.entries();
    sign_structure s;
    entries.visit([&](const auto& view) { count_signs(view, s.rows, s.columns); });
    if (entries.transposed) std::swap(s.rows, s.columns);
    s.factorizes = s.columns.lines.empty() || s.rows.lines.empty() || signs_factorize(entries);
    s.factorizes_in_components =
        W.rows() == W.cols() && (s.factorizes || all(signs_factorize(entries, strong_components(entries))));
    return s;
}

}  // namespace rhochain
