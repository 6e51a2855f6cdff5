// The chunks 0 .. C - 1 of a loop, shared by M threads: the m-th begins with the chunks C m / M .. C (m + 1) / M - 1
// and then takes, one at a time, what is left of the others' shares.
#pragma once

#include "kernels/space/arithmetic_mode.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>

namespace rhochain {

class shared_loop {
public:
    using chunk_body = void (*)(void*, std::int64_t);

    shared_loop(std::int64_t chunks, int members, void* context, chunk_body body)
        : shares_(std::clamp(members, 1, most_shares)), failed_(chunks), context_(context), body_(body) {
        for (int m = 0; m < shares_; ++m) {
            share& s = share_[static_cast<std::size_t>(m)];
            s.next.store(chunks * m / shares_, std::memory_order_relaxed);
            s.end = chunks * (m + 1) / shares_;
        }
    }

    // Runs chunks until all have been begun, in the mode of the thread that made the loop.
    void take_part(int member) {
        mode_.adopt();
        for (int k = 0; k < shares_; ++k) {
            share& s = share_[static_cast<std::size_t>((member + k) % shares_)];
            while (s.next.load(std::memory_order_relaxed) < s.end) {
                const std::int64_t c = s.next.fetch_add(1, std::memory_order_relaxed);
                if (c < s.end) run(c);
            }
        }
    }

    // After all members: throws the exception of the first chunk that had one.
    void finish() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    static constexpr int most_shares = 16;

    struct alignas(64) share {
        std::atomic<std::int64_t> next;
        std::int64_t end;
    };

    void run(std::int64_t c) {
        try {
            body_(context_, c);
        } catch (...) {
            const std::lock_guard lock(guard_);
            if (c < failed_) {
                failed_ = c;
                failure_ = std::current_exception();
            }
        }
    }

    std::array<share, most_shares> share_;
    arithmetic_mode mode_;
    int shares_;
    std::int64_t failed_;
    void* context_;
    chunk_body body_;
    std::mutex guard_;
    std::exception_ptr failure_;
};

}  // namespace rhochain
