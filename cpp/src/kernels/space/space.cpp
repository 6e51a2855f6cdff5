#include <rhochain/kernels/space/space.hpp>

#include "kernels/space/partial_sums.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace rhochain {

space::space(std::shared_ptr<rank_group> group, const std::vector<std::int64_t>& lengths, int threads,
             std::int64_t chunk)
    : n_(std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0})),
      first_(std::accumulate(lengths.begin(), lengths.begin() + group->rank(), std::int64_t{0})),
      length_(lengths[static_cast<std::size_t>(group->rank())]),
      chunk_(chunk),
      threads_(threads),
      group_(std::move(group)),
      lengths_(std::make_shared<const std::vector<std::int64_t>>(lengths)) {
    std::int64_t begin = 0;
    for (const std::int64_t length : lengths) {
        if (length > 0 && begin % alignment() != 0) ++ragged_slices_;
        begin += length;
    }
}

space space::with_threads(int threads) const {
    space other = *this;
    other.threads_ = threads;
    return other;
}

std::int64_t space::sum_depth() const {
    constexpr std::int64_t lanes = 8;
    return std::min(n_, chunk_ / lanes + 4) + partial_depth(chunk_);
}

std::int64_t space::partial_depth(std::int64_t height) const {
    // A slice that begins within a part adds one part.
    return rhochain::partial_depth(n_, height) + ragged_slices_;
}

void space::sum(std::span<const double> partials, std::int64_t height, std::span<double> totals) const {
    if (whole()) return add_in_order(n_, height, partials, totals);
    const auto k = static_cast<std::int64_t>(totals.size());
    std::vector<std::int64_t> counts;
    // A rank adds the partial sums of its pieces before the gather.
    const std::vector<double> mine = sums_of_pieces(n_, height, partials, totals.size());
    const std::int64_t rows = rows_of_sum(n_, height);
    for (const std::int64_t length : *lengths_) counts.push_back((length + rows - 1) / rows * k);
    const std::vector<double> all = group_->gather(mine, counts);
    for (std::size_t p = 0; p < all.size(); p += totals.size())
        for (std::size_t j = 0; j < totals.size(); ++j) totals[j] += all[p + j];
}

double space::largest(double mine) const {
    if (whole()) return mine;
    double most = mine;
    for (const double x : group_->gather(mine))
        if (x > most || std::isnan(x)) most = x;
    return most;
}

double space::least(double mine) const {
    if (whole()) return mine;
    double lowest = mine;
    for (const double x : group_->gather(mine))
        if (x < lowest || std::isnan(x)) lowest = x;
    return lowest;
}

bool space::any(bool mine) const { return whole() ? mine : largest(mine ? 1.0 : 0.0) > 0.0; }

std::int64_t space::first_index(std::int64_t mine) const {
    if (whole()) return mine;
    // An index is at most 2^53: a double represents it.
    const double none = std::numeric_limits<double>::infinity();
    const double found = least(mine < 0 ? none : static_cast<double>(mine));
    return found == none ? -1 : static_cast<std::int64_t>(found);
}

std::int64_t space::count(std::int64_t mine) const {
    if (whole()) return mine;
    std::int64_t all = 0;
    for (const double x : group_->gather(static_cast<double>(mine))) all += static_cast<std::int64_t>(x);
    return all;
}

void space::broadcast(std::span<double> numbers, int from) const {
    if (whole()) return;
    std::vector<std::int64_t> counts(static_cast<std::size_t>(group_->size()), 0);
    counts[static_cast<std::size_t>(from)] = static_cast<std::int64_t>(numbers.size());
    const bool mine = group_->rank() == from;
    const std::span<const double> sent = mine ? std::span<const double>(numbers) : std::span<const double>();
    const std::vector<double> all = group_->gather(sent, counts);
    std::copy(all.begin(), all.end(), numbers.begin());
}

void space::broadcast(std::span<const double> sent, std::span<double> numbers, int from) const {
    if (whole()) {
        std::copy(sent.begin(), sent.end(), numbers.begin());
        return;
    }
    std::vector<std::int64_t> counts(static_cast<std::size_t>(group_->size()), 0);
    counts[static_cast<std::size_t>(from)] = static_cast<std::int64_t>(numbers.size());
    group_->gather(group_->rank() == from ? sent : std::span<const double>(), counts, numbers);
}

std::vector<double> space::assembled(std::span<const double> slice) const {
    if (whole()) return {slice.begin(), slice.end()};
    return group_->gather(slice, *lengths_);
}

std::vector<std::int64_t> space::counts_of(std::int64_t columns) const {
    std::vector<std::int64_t> counts = *lengths_;
    for (std::int64_t& count : counts) count *= columns;
    return counts;
}

void space::assemble(std::span<const double> slice, std::int64_t columns, std::span<double> all) const {
    if (whole()) {
        std::copy(slice.begin(), slice.end(), all.begin());
        return;
    }
    group_->gather(slice, counts_of(columns), all);
}

std::span<const double> space::assembled_shared(std::span<const double> slice, std::int64_t columns,
                                                shared_vector& kept) const {
    constexpr std::int64_t least_numbers = 4096;  // fewer fit into a short message
    if (whole() || n_ * columns < least_numbers) return {};
    return group_->gather_shared(slice, counts_of(columns), kept);
}

bool space::agreed_stop(bool wanted) const {
    if (whole()) return wanted;
    if (wanted) group_->ask_to_stop();
    return group_->agreed_to_stop();
}

bool space::agreed_save(bool wanted) const {
    if (whole()) return wanted;
    const bool agreed = group_->take_agreed_save();
    if (wanted && !agreed) group_->ask_to_save();
    return agreed;
}

}  // namespace rhochain
