#include "chains/measures/batch_means.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace rhochain {
namespace {

constexpr std::size_t most_cells = 512;

}  // namespace

batch_means::plain batch_means::numbers() const {
    plain all{{intervals_, cell_intervals_}, {}};
    const auto add = [&all](const cell& c) {
        all.integers.push_back(c.steps);
        all.reals.insert(all.reals.end(), c.sums.begin(), c.sums.end());
    };
    add(open_);
    for (const cell& c : cells_) add(c);
    return all;
}

batch_means::batch_means(std::int64_t k, std::span<const std::int64_t> integers, std::span<const double> reals)
    : batch_means(k) {
    const bool possible =
        integers.size() >= 3 && integers.size() - 3 < most_cells && reals.size() == (integers.size() - 2) * k_ &&
        integers[0] >= 0 && integers[0] < integers[1] &&
        std::all_of(integers.begin() + 2, integers.end(), [](std::int64_t steps) { return steps >= 0; });
    if (!possible) throw std::invalid_argument("batch means: got numbers that are not those of batch means");
    intervals_ = integers[0];
    cell_intervals_ = integers[1];
    for (std::size_t c = 0; c + 2 < integers.size(); ++c) {
        const auto sums = reals.subspan(c * k_, k_);
        cells_.push_back({integers[c + 2], {sums.begin(), sums.end()}});
        steps_ += integers[c + 2];
    }
    open_ = std::move(cells_.front());
    cells_.erase(cells_.begin());
}

void batch_means::append(cell& to, const cell& from) {
    to.steps += from.steps;
    for (std::size_t c = 0; c < to.sums.size(); ++c) to.sums[c] += from.sums[c];
}

bool batch_means::add(std::int64_t steps, std::span<const double> y) {
    append(open_, {steps, {y.begin(), y.end()}});
    steps_ += steps;
    if (++intervals_ < cell_intervals_) return false;
    cells_.push_back(std::exchange(open_, empty()));
    intervals_ = 0;
    if (cells_.size() < most_cells) return true;
    for (std::size_t c = 0; c < most_cells; c += 2) {
        append(cells_[c], cells_[c + 1]);
        if (c > 0) cells_[c / 2] = std::move(cells_[c]);
    }
    cells_.resize(most_cells / 2);
    cell_intervals_ *= 2;
    return true;
}

std::vector<batch_means::cell> batch_means::all_cells() const {
    std::vector<cell> all = cells_;
    if (open_.steps > 0) all.push_back(open_);
    return all;
}

std::int64_t batch_means::batches() const { return std::min(most, static_cast<std::int64_t>(cells_.size())); }

std::vector<double> batch_means::means() const {
    cell total = empty();
    for (const cell& c : all_cells()) append(total, c);
    for (double& y : total.sums)
        y = total.steps > 0 ? y / static_cast<double>(total.steps) : std::numeric_limits<double>::quiet_NaN();
    return total.sums;
}

// Neighbouring closed cells, joined to batches.
std::vector<batch_means::cell> batch_means::joined() const {
    const std::int64_t count = batches();
    const auto size = static_cast<std::int64_t>(cells_.size());
    std::vector<cell> result;
    for (std::int64_t b = 0; b < count; ++b) {
        result.push_back(empty());
        for (std::int64_t c = b * size / count; c < (b + 1) * size / count; ++c)
            append(result.back(), cells_[static_cast<std::size_t>(c)]);
    }
    return result;
}

double batch_means::error_of(const std::vector<cell>& batches, const std::function<double(const cell&)>& value) {
    if (static_cast<std::int64_t>(batches.size()) < fewest) return std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<double>(batches.size());
    double length = 0.0;
    double whole = 0.0;
    for (const cell& b : batches) {
        length += static_cast<double>(b.steps);
        whole += value(b);
    }
    double squares = 0.0;
    double products = 0.0;
    double previous = 0.0;
    for (const cell& b : batches) {
        const double residual = (value(b) - whole / length * static_cast<double>(b.steps)) / length;
        squares += residual * residual;
        products += previous * residual;
        previous = residual;
    }
    // As if the batches were an autoregressive sequence. Beyond 0.9 the factor would be noise.
    const double correlation = squares > 0.0 ? std::clamp(products / squares, 0.0, 0.9) : 0.0;
    return std::sqrt(squares * count / (count - 1.0) * (1.0 + correlation) / (1.0 - correlation));
}

double batch_means::error_of_sum(std::span<const std::int64_t> chosen) const {
    return error_of(joined(), [chosen](const cell& of) {
        double total = 0.0;
        for (const std::int64_t c : chosen) total += of.sums[static_cast<std::size_t>(c)];
        return total;
    });
}

std::vector<double> batch_means::errors() const {
    const std::vector<cell> batches = joined();
    std::vector<double> result;
    for (std::size_t c = 0; c < k_; ++c)
        result.push_back(error_of(batches, [c](const cell& of) { return of.sums[c]; }));
    return result;
}

batch_means::running_means batch_means::history() const {
    running_means result;
    cell total = empty();
    for (const cell& c : all_cells()) {
        append(total, c);
        result.steps.push_back(total.steps);
        for (const double y : total.sums) result.means.push_back(y / static_cast<double>(total.steps));
    }
    return result;
}

}  // namespace rhochain
