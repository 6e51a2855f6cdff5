#include <rhochain/chains/slope_source.hpp>
#include <rhochain/kernels/parallel.hpp>
#include <rhochain/operators/stored_operator.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// float32 states may err by this much.
constexpr double state_tolerance = 1e-6;

struct extent {
    double largest;
    bool finite;
};

extent extent_of_part(vector_in s) {
    constexpr std::size_t lanes = 8;
    double largest[lanes] = {};
    double poison[lanes] = {};  // 0 * s: NaN once an entry is NaN or Inf
    const auto take = [&](std::size_t i, std::size_t l) {
        const double a = std::abs(s[i]);
        largest[l] = a > largest[l] ? a : largest[l];
        poison[l] += 0.0 * a;
    };
    std::size_t i = 0;
    for (; i + lanes <= s.size(); i += lanes)
        for (std::size_t l = 0; l < lanes; ++l) take(i + l, l);
    for (std::size_t l = 0; i < s.size(); ++i, ++l) take(i, l);
    double total = 0.0;
    for (const double p : poison) total += p;
    return {*std::max_element(largest, largest + lanes), total == 0.0};
}

extent extent_of(vector_in s, int threads) {
    constexpr std::int64_t part = 8192;
    constexpr std::int64_t worth_sharing = 1 << 15;
    const auto n = static_cast<std::int64_t>(s.size());
    if (n < worth_sharing) return extent_of_part(s);
    std::vector<extent> parts(static_cast<std::size_t>((n + part - 1) / part));
    parallel_for(threads, static_cast<std::int64_t>(parts.size()), [&](std::int64_t c) {
        const auto begin = static_cast<std::size_t>(c * part);
        parts[static_cast<std::size_t>(c)] =
            extent_of_part(s.subspan(begin, std::min(static_cast<std::size_t>(part), s.size() - begin)));
    });
    extent whole{0.0, true};
    for (const extent& e : parts) whole = {std::max(whole.largest, e.largest), whole.finite && e.finite};
    return whole;
}

double smallest_nonzero(vector_in s) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const double x : s)
        if (x != 0.0) smallest = std::min(smallest, std::abs(x));
    return smallest;
}

[[noreturn]] void reject_row(vector_in s, std::int64_t k) {
    const auto bad = std::find_if(s.begin(), s.end(), [](double x) { return !std::isfinite(x); });
    throw std::invalid_argument("slopes: got " + std::to_string(*bad) + " at row " + std::to_string(k) + ", column " +
                                std::to_string(bad - s.begin()) + ", expected a finite number");
}

}  // namespace

slope_source slope_source::of_slopes(row_source slopes) {
    slope_source source;
    source.rows_ = std::move(slopes);
    return source;
}

slope_source slope_source::of_states(row_source states, const activation& f) {
    slope_source source = of_slopes(std::move(states));
    source.f_ = f;
    return source;
}

slope_source slope_source::of_outputs(row_source outputs, const activation& f, double leak) {
    require_slope_follows_from_output(f);
    if (!(leak > 0.0 && leak <= 1.0))
        throw std::invalid_argument("leak: got " + std::to_string(leak) + ", expected 0 < leak <= 1");
    if (leak < 1.0 && outputs.count() == 0)
        throw std::invalid_argument("states: got no rows, expected K + 1 rows h_0 .. h_K for K steps with a leak");
    slope_source source = of_slopes(std::move(outputs));
    source.f_ = f;
    source.outputs_ = true;
    source.leak_ = leak;
    return source;
}

slope_source slope_source::of_rollout(const rollout& trajectory, std::int64_t bytes, std::function<bool()> interrupt) {
    slope_source source;
    source.trajectory_ = &trajectory;
    source.bytes_ = bytes;
    source.interrupt_ = std::move(interrupt);
    return source;
}

std::int64_t slope_source::steps() const {
    return trajectory_ != nullptr ? trajectory_->steps() : rows_->count() - (leak_ < 1.0 ? 1 : 0);
}

std::int64_t slope_source::width() const { return trajectory_ != nullptr ? trajectory_->size() : rows_->width(); }

std::unique_ptr<rollout_replay> slope_source::replay(int threads) const {
    if (trajectory_ == nullptr) return nullptr;
    return std::make_unique<rollout_replay>(*trajectory_, bytes_, threads, interrupt_);
}

void slope_source::evaluate(std::int64_t k, const double* row, const double* next, std::span<double> s) const {
    const vector_in states(row, s.size());
    try {
        if (!outputs_) return slopes_of_inputs(*f_, states, s);
        if (leak_ == 1.0) return slopes_of_outputs(*f_, states, s, state_tolerance);
        for (std::size_t i = 0; i < s.size(); ++i) s[i] = (next[i] - (1.0 - leak_) * row[i]) / leak_;
        slopes_of_outputs(*f_, s, s, state_tolerance / leak_);
    } catch (const std::invalid_argument& defect) {
        throw std::invalid_argument(std::string(defect.what()) + " (row " + std::to_string(k) + ")");
    }
}

row_block slope_source::read(std::int64_t begin, std::int64_t end, std::vector<double>& rows,
                             std::vector<double>& slopes, int threads) const {
    const std::int64_t ahead = leak_ < 1.0 ? 1 : 0;
    const row_block given = rows_->read(begin, end + ahead, rows, threads);
    if (!f_) return given;
    slopes.resize(static_cast<std::size_t>((end - begin) * width()));
    parallel_for(threads, end - begin, [&](std::int64_t r) {
        const double* row = given.first + r * given.stride;
        evaluate(begin + r, row, row + given.stride, {slopes.data() + r * width(), static_cast<std::size_t>(width())});
    });
    return {slopes.data(), width()};
}

slope_reader::slope_reader(const slope_source& source, int threads, std::int64_t block_bytes)
    : source_(&source), threads_(threads), replay_(source.replay(threads)) {
    constexpr auto entry_bytes = static_cast<std::int64_t>(sizeof(double));
    const std::int64_t row_bytes = std::max<std::int64_t>(1, source.width() * entry_bytes);
    block_rows_ = replay_              ? replay_->plan().block
                  : source.in_place() ? source.steps()
                                      : std::max<std::int64_t>(1, std::min(block_bytes, source.block_bytes()) / row_bytes);
}

slope_row slope_reader::row(std::int64_t k) {
    if (k < begin_ || k >= end_) {
        const std::int64_t begin = k - k % block_rows_;
        const std::int64_t end = std::min(source_->steps(), begin + block_rows_);
        end_ = begin_;  // holds nothing while it reads: a fetch may throw
        block_ = replay_ ? replay_->slopes(begin, end) : source_->read(begin, end, rows_, slopes_, threads_);
        begin_ = begin;
        end_ = end;
    }
    const vector_in s(block_.first + (k - begin_) * block_.stride, static_cast<std::size_t>(source_->width()));
    const auto [largest, finite] = extent_of(s, threads_);
    if (!finite) reject_row(s, k);
    if (normalising_exponent(largest, largest) == 0) return {s, 0, largest};
    const double smallest = smallest_nonzero(s);
    const int exponent = normalising_exponent(largest, smallest);
    const double down = std::ldexp(1.0, -exponent);
    scaled_.resize(s.size());
    std::transform(s.begin(), s.end(), scaled_.begin(), [down](double x) { return x * down; });
    return {scaled_, exponent, largest * down, is_lossless(smallest, exponent)};
}

}  // namespace rhochain
