#include "kernels/space/partial_sums.hpp"

#include <rhochain/storage/row_pieces.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rhochain {
namespace {

// The number of partial sums that are added to each other before their sum is added to the total.
std::int64_t group_size(std::int64_t n, std::int64_t height) {
    return piece_rows(n) == least_piece ? 1 : piece_rows(n) / height;
}

void add(std::span<const double> partials, std::span<double> totals) {
    const std::size_t k = totals.size();
    for (std::size_t p = 0; p < partials.size(); p += k)
        for (std::size_t j = 0; j < k; ++j) totals[j] += partials[p + j];
}

}  // namespace

void add_in_order(std::int64_t n, std::int64_t height, std::span<const double> partials, std::span<double> totals) {
    if (totals.empty()) return;
    if (group_size(n, height) == 1) return add(partials, totals);
    add(sums_of_pieces(n, height, partials, totals.size()), totals);
}

std::int64_t rows_of_sum(std::int64_t n, std::int64_t height) { return group_size(n, height) * height; }

std::vector<double> sums_of_pieces(std::int64_t n, std::int64_t height, std::span<const double> partials,
                                   std::size_t k) {
    const auto group = static_cast<std::size_t>(group_size(n, height));
    if (group == 1 || k == 0) return {partials.begin(), partials.end()};
    std::vector<double> sums;
    for (std::size_t p = 0; p < partials.size(); p += group * k) {
        sums.resize(sums.size() + k, 0.0);
        add(partials.subspan(p, std::min(group * k, partials.size() - p)), std::span(sums).last(k));
    }
    return sums;
}

std::int64_t partial_depth(std::int64_t n, std::int64_t height) {
    const std::int64_t group = group_size(n, height);
    const std::int64_t partials = (n + height - 1) / height;
    return group == 1 ? partials : std::min(group, partials) + (partials + group - 1) / group;
}

}  // namespace rhochain
