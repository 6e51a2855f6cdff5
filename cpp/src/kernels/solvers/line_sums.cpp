#include "kernels/solvers/line_sums.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

namespace rhochain {

std::int64_t line_sums::depth_of_total(const space& S) {
    return sum_depth(S.panel_rows()) + S.partial_depth(S.panel_rows());
}

void line_sums::add(std::int64_t first, std::int64_t last, panel_in sums) {
    const array_in panel(entries_of(sums), static_cast<std::size_t>(last - first));
    largest_[static_cast<std::size_t>(first / S_.panel_rows())] = max_abs(panel);
    total_.of(first).front() = sum(panel);
}

}  // namespace rhochain
