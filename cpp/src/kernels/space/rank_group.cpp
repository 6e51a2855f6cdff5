#include <rhochain/kernels/space/rank_group.hpp>

#include "kernels/space/shared_memory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <utility>

namespace rhochain {
namespace {

constexpr std::size_t message_bytes = 512;

}  // namespace

std::string communicator::reported(const std::exception_ptr& failure) const {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception of unknown type";
    }
}

rank_failure::rank_failure(int rank, const std::string& text)
    : std::runtime_error("rank " + std::to_string(rank) + ": " + text), rank_(rank), text_(text) {}

rank_group::rank_group(std::shared_ptr<communicator> ranks) : ranks_(std::move(ranks)) {}

std::vector<double> rank_group::gather(std::span<const double> mine, std::span<const std::int64_t> counts) {
    std::vector<double> all(static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})));
    gather(mine, counts, all);
    return all;
}

std::vector<double> rank_group::gather(double mine) {
    const std::vector<std::int64_t> one_each(static_cast<std::size_t>(size()), 1);
    return gather({&mine, 1}, one_each);
}

void rank_group::gather(std::span<const double> mine, std::span<const std::int64_t> counts, std::span<double> all) {
    const auto is_few = [](std::int64_t count) { return count <= static_cast<std::int64_t>(opening::capacity); };
    if (std::all_of(counts.begin(), counts.end(), is_few)) {
        const std::vector<opening> openings = meeting(mine);
        auto place = all.begin();
        for (std::size_t r = 0; r < openings.size(); ++r)
            place = std::copy_n(openings[r].numbers.begin(), counts[r], place);
        return;
    }
    std::vector<std::size_t> bytes;
    for (const std::int64_t count : counts) bytes.push_back(static_cast<std::size_t>(count) * sizeof(double));
    meet();
    left_ = true;  // where the transport fails
    ranks_->gather(std::as_bytes(mine), bytes, std::as_writable_bytes(all));
    left_ = false;
}

std::span<const double> rank_group::gather_shared(std::span<const double> mine, std::span<const std::int64_t> counts,
                                                  shared_vector& kept) {
    const std::int64_t numbers = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    enlarge(kept, static_cast<std::size_t>(numbers) * sizeof(double));
    if (!kept.possible_) return {};
    // A rank may read the vector before until it comes to a meeting.
    if (kept.read_at_ == meetings_) meet();
    auto* const all = reinterpret_cast<double*>(kept.memory_->bytes().data());
    std::copy(mine.begin(), mine.end(),
              all + std::accumulate(counts.begin(), counts.begin() + rank(), std::int64_t{0}));
    std::atomic_thread_fence(std::memory_order_release);
    meet();
    std::atomic_thread_fence(std::memory_order_acquire);
    kept.read_at_ = meetings_;
    return {all, static_cast<std::size_t>(numbers)};
}

void rank_group::enlarge(shared_vector& kept, std::size_t bytes) {
    if (!kept.possible_ || (kept.memory_ != nullptr && kept.memory_->bytes().size() >= bytes)) return;
    std::shared_ptr<shared_memory> memory;
    shared_memory::address place{};
    if (rank() == 0) memory = shared_memory::made(bytes);
    if (memory != nullptr) place = memory->where();
    std::vector<std::int64_t> counts(static_cast<std::size_t>(size()), 0);
    counts.front() = static_cast<std::int64_t>(place.size());
    const std::vector<double> of_first =
        gather(rank() == 0 ? std::span<const double>(place) : std::span<const double>(), counts);
    std::copy(of_first.begin(), of_first.end(), place.begin());
    if (rank() != 0) memory = shared_memory::mapped(place);
    const std::vector<double> allocated = gather(memory != nullptr && memory->allocate(rank(), size()) ? 1.0 : 0.0);
    kept.possible_ = std::find(allocated.begin(), allocated.end(), 0.0) == allocated.end();
    kept.memory_.reset();
    if (!kept.possible_) return;
    memory->use_huge_pages();
    memory->close_file();
    kept.memory_ = std::move(memory);
}

std::vector<rank_group::opening> rank_group::meeting(std::span<const double> few) {
    const auto ranks = static_cast<std::size_t>(size());
    std::vector<opening> openings(ranks);
    const std::vector<std::size_t> bytes(ranks, sizeof(opening));
    opening own{.flags = flags_to_send()};
    std::copy(few.begin(), few.end(), own.numbers.begin());
    left_ = true;  // where the transport fails
    ranks_->gather(std::as_bytes(std::span(&own, 1)), bytes, std::as_writable_bytes(std::span(openings)));
    ++meetings_;
    for (const opening& each : openings) agreed_ |= each.flags & (stop | save);
    const auto first =
        std::find_if(openings.begin(), openings.end(), [](const opening& each) { return (each.flags & failed) != 0; });
    left_ = first != openings.end();
    if (left_) throw_failure(static_cast<int>(first - openings.begin()));
    return openings;
}

rank_group::word rank_group::flags_to_send() {
    const word flags = own_ | (failure_ ? failed : 0);
    own_ &= ~save;
    return flags;
}

void rank_group::fail(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
}

bool rank_group::take_agreed_save() {
    const bool agreed = (agreed_ & save) != 0;
    agreed_ &= ~save;
    return agreed;
}

// All ranks call this after the same gather. They receive the message of the first rank that failed.
void rank_group::throw_failure(int first_failed) {
    std::array<std::byte, message_bytes> message{};
    if (failure_) {
        const std::string text = ranks_->reported(failure_);
        std::memcpy(message.data(), text.data(), std::min(text.size(), message_bytes - 1));
    }
    const std::vector<std::size_t> bytes(static_cast<std::size_t>(size()), message_bytes);
    std::vector<std::byte> all(bytes.size() * message_bytes);
    ranks_->gather(message, bytes, all);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    const char* text =
        reinterpret_cast<const char*>(all.data()) + static_cast<std::size_t>(first_failed) * message_bytes;
    throw rank_failure(first_failed, text);
}

}  // namespace rhochain
