#include "thread_ranks.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <thread>

namespace thread_ranks {
namespace {

// Where the ranks bring their bytes. The last one to come puts them together for all.
class meeting {
public:
    explicit meeting(int ranks) : parts_(static_cast<std::size_t>(ranks)) {}

    [[nodiscard]] int size() const { return static_cast<int>(parts_.size()); }

    void gather(int rank, std::span<const std::byte> mine, std::span<const std::size_t> bytes,
                std::span<std::byte> all) {
        std::unique_lock lock(guard_);
        require(!broken_, "a rank has left before the others");
        require(mine.size() == bytes[static_cast<std::size_t>(rank)], "a rank brings fewer or more bytes than it says");
        if (come_ == 0) expected_.assign(bytes.begin(), bytes.end());
        require(std::ranges::equal(expected_, bytes), "the ranks do not agree on the sizes of a gather");
        parts_[static_cast<std::size_t>(rank)].assign(mine.begin(), mine.end());
        const std::int64_t number = gathers_;
        if (++come_ == size())
            finish();
        else
            changed_.wait(lock, [&] { return gathers_ != number || broken_; });
        require(gathers_ != number, "a rank has left before the others");
        require(whole_.size() == all.size(), "the bytes of all ranks are not as many as they say");
        std::ranges::copy(whole_, all.begin());
    }

    // A rank comes to no further gather.
    void leave() {
        const std::lock_guard lock(guard_);
        broken_ = true;
        changed_.notify_all();
    }

private:
    void require(bool holds, const char* complaint) {
        if (holds) return;
        broken_ = true;
        changed_.notify_all();
        throw broken_gather(complaint);
    }

    // The next gather cannot be complete before every rank has read the bytes of this one.
    void finish() {
        whole_.clear();
        for (const auto& part : parts_) whole_.insert(whole_.end(), part.begin(), part.end());
        come_ = 0;
        ++gathers_;
        changed_.notify_all();
    }

    std::mutex guard_;
    std::condition_variable changed_;
    std::vector<std::vector<std::byte>> parts_;
    std::vector<std::size_t> expected_;
    std::vector<std::byte> whole_;
    int come_ = 0;
    std::int64_t gathers_ = 0;
    bool broken_ = false;
};

class thread_communicator final : public rhochain::communicator {
public:
    thread_communicator(meeting& place, int rank) : place_(place), rank_(rank) {}

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return place_.size(); }
    void gather(std::span<const std::byte> mine, std::span<const std::size_t> bytes,
                std::span<std::byte> all) override {
        place_.gather(rank_, mine, bytes, all);
    }

private:
    meeting& place_;
    int rank_;
};

bool failed_by_itself(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const broken_gather&) {
        return false;
    } catch (const rhochain::rank_failure&) {
        return false;
    } catch (...) {
        return true;
    }
}

}  // namespace

std::vector<std::exception_ptr> outcomes_of_ranks(int ranks, const rank_body& body) {
    meeting place(ranks);
    std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(ranks));
    const auto work = [&](int rank) {
        try {
            body(std::make_shared<rhochain::rank_group>(std::make_shared<thread_communicator>(place, rank)), rank);
        } catch (...) {
            thrown[static_cast<std::size_t>(rank)] = std::current_exception();
        }
        place.leave();
    };
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < ranks; ++rank) threads.emplace_back(work, rank);
    threads.clear();
    return thrown;
}

void run_ranks(int ranks, const rank_body& body) {
    const auto thrown = outcomes_of_ranks(ranks, body);
    std::exception_ptr first;
    for (const auto& failure : thrown) {
        if (failure && failed_by_itself(failure)) std::rethrow_exception(failure);
        if (!first) first = failure;
    }
    if (first) std::rethrow_exception(first);
}

std::vector<std::int64_t> partition::lengths(std::int64_t n) const {
    std::int64_t left = n;
    for (const std::int64_t share : shares)
        if (share != rest) left -= share * unit;
    std::vector<std::int64_t> result;
    for (const std::int64_t share : shares) result.push_back(share == rest ? left : share * unit);
    return result;
}

std::vector<partition> aligned_partitions() {
    constexpr std::int64_t rest = partition::rest;
    return {{{rest}}, {{1, rest}}, {{1, 2, rest}}, {{0, 3, rest}}, {{2, 0, rest}}, {{rest, 0}}};
}

std::vector<double> whole_block(rhochain::const_block X, const slices& s, std::int64_t n) {
    std::vector<std::int64_t> counts = s.shared_out.lengths(n);
    for (std::int64_t& count : counts) count *= X.columns;
    return s.group->gather(X.flat(), counts);
}

}  // namespace thread_ranks
