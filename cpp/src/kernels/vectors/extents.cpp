#include "kernels/vectors/extents.hpp"

#include "kernels/vectors/largest_loop.hpp"

#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace rhochain {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double largest_finite_of(array_in x) {
    const auto loop = [] {
        switch (chosen_instruction_set()) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
            case instruction_set::avx512:
                return avx512::largest_loop;
            case instruction_set::avx2:
                return avx2::largest_loop;
#endif
            default:
                return baseline::largest_loop;
        }
    }();
    const auto largest = std::bit_cast<double>(loop(x.data(), static_cast<std::int64_t>(x.size())));
    return std::isfinite(largest) ? largest : not_a_number;
}

template <class IsDefect>
std::optional<entry_defect> first_defect(block_in X, const space& S, const IsDefect& is_defect) {
    const array_in entries = entries_of(X.flat());
    const auto found = std::find_if(entries.begin(), entries.end(), is_defect);
    const std::int64_t mine = found == entries.end() ? -1 : S.first() * X.columns() + (found - entries.begin());
    entry_defect defect{S.first_index(mine), 0.0};
    if (defect.position < 0) return std::nullopt;
    S.fold({&defect.value, 1}, [&](std::span<double> value) {
        if (mine == defect.position) value[0] = *found;
    });
    return defect;
}

}  // namespace

double largest_finite(vector_in x, const space& S) {
    if (S.length() <= S.chunk_rows()) return S.largest(largest_finite_of(entries_of(x)));
    const auto of_part = [x = entries_of(x)](std::int64_t begin, std::int64_t end) {
        return largest_finite_of(x.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    };
    // The rows of a panel are read by the thread that takes the same panel of a product, as a rule.
    const auto parts = results_of_parts(S, S.panel_rows(), S.threads(), of_part);
    return S.largest(largest_finite_of(parts));
}

double smallest_nonzero(vector_in x, const space& S) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const double entry : entries_of(x))
        if (entry != 0.0) smallest = std::min(smallest, std::abs(entry));
    return S.least(smallest);
}

std::optional<entry_defect> first_not_finite(block_in X, const space& S) {
    return first_defect(X, S, [](double entry) { return !std::isfinite(entry); });
}

std::optional<entry_defect> first_outside(double lowest, double highest, block_in X, const space& S) {
    return first_defect(X, S, [=](double entry) { return !(entry >= lowest && entry <= highest); });
}

}  // namespace rhochain
