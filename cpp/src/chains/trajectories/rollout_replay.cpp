#include <rhochain/chains/trajectories/rollout_replay.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// x_, the start, and what rollout_stepper holds.
constexpr std::int64_t working_vectors = 6;
constexpr std::int64_t fewest_vectors = working_vectors + 2;

replay_plan plan_within(const rollout& trajectory, std::int64_t bytes) {
    const std::int64_t row = std::max<std::int64_t>(1, trajectory.size()) * static_cast<std::int64_t>(sizeof(double));
    if (bytes / row < fewest_vectors)
        throw std::invalid_argument("memory: got " + std::to_string(bytes) + " bytes, expected at least " +
                                    std::to_string(fewest_vectors * row) + ", the size of " +
                                    std::to_string(fewest_vectors) + " vectors");
    return plan_replay(std::max<std::int64_t>(1, trajectory.steps()), bytes / row - working_vectors);
}

}  // namespace

rollout_replay::rollout_replay(const rollout& trajectory, std::int64_t bytes, std::function<bool()> interrupt)
    : trajectory_(&trajectory),
      S_(trajectory.domain()),
      plan_(plan_within(trajectory, bytes)),
      stepper_(trajectory),
      slopes_(static_cast<std::size_t>(plan_.block * S_.length())),
      x_(trajectory.start().begin(), trajectory.start().end()),
      interrupt_(std::move(interrupt)) {
    kept_.push_back({0, x_});
}

void rollout_replay::keep_if_planned(std::int64_t last) {
    const std::int64_t base = kept_.back().block;
    const std::int64_t free = plan_.slots + 1 - static_cast<std::int64_t>(kept_.size());
    const std::int64_t left = last - base + 1;
    if (free < 1 || left < 2 || at_ != base + next_kept(left, free + 1)) return;
    buffer<double> x;
    if (!spare_.empty()) {
        x = std::move(spare_.back());
        spare_.pop_back();
    }
    x.assign(x_.begin(), x_.end());
    kept_.push_back({at_, std::move(x)});
}

void rollout_replay::seek(std::int64_t block) {
    while (kept_.back().block > block) {
        spare_.push_back(std::move(kept_.back().x));
        kept_.pop_back();
    }
    if (at_ > block || at_ < kept_.back().block) {
        at_ = kept_.back().block;
        x_.assign(kept_.back().x.begin(), kept_.back().x.end());
    }
    while (at_ < block) {
        compute(at_ * plan_.block, (at_ + 1) * plan_.block, nullptr);
        if (at_ < block) keep_if_planned(block);
    }
}

// x_, the state before step `begin`, becomes that before step `end`, the end of a block.
void rollout_replay::compute(std::int64_t begin, std::int64_t end, double* slopes) {
    const auto n = static_cast<std::size_t>(S_.length());
    // No block, in case a step throws: `seek` then starts from a state that was kept.
    const std::int64_t block = std::exchange(at_, std::numeric_limits<std::int64_t>::max());
    for (std::int64_t k = begin; k < end; ++k) {
        const std::span<double> s = slopes == nullptr ? std::span<double>() : std::span<double>(slopes, n);
        ask_to_go_on();
        stepper_.advance(k, x_, s);
        if (slopes != nullptr) slopes += n;
    }
    computed_ += end - begin;
    at_ = block + 1;
}

void rollout_replay::ask_to_go_on() {
    constexpr std::chrono::milliseconds interval(50);
    bool stop = false;
    if (interrupt_) {
        const auto now = std::chrono::steady_clock::now();
        if (now - asked_ >= interval) {
            asked_ = now;
            S_.attempt([&] { stop = interrupt_(); });
        }
    }
    if (S_.agreed_stop(stop)) throw reading_stopped{};
}

row_block rollout_replay::slopes(std::int64_t begin, std::int64_t end) {
    seek(begin / plan_.block);
    const std::int64_t blocks = (trajectory_->steps() + plan_.block - 1) / plan_.block;
    // A walk forward may be followed by one backward.
    keep_if_planned(blocks - 1);
    compute(begin, end, slopes_.data());
    return {slopes_.data(), S_.length()};
}

}  // namespace rhochain
