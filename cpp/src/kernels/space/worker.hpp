// A thread that runs chunks of loops (team.hpp). `offer_` says what it does:
//     0         nothing: any loop may offer itself
//     L         loop L has offered itself, and may still withdraw
//     L + 1     it runs chunks of L, which waits for it
// Only the worker goes from L to L + 1 and from there to 0.
#pragma once

#include "kernels/space/shared_loop.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <vector>

namespace rhochain {

class alignas(64) worker {
public:
    // Starts the thread, or throws std::system_error. `number` is at least 1. `stays_awake`: it has a core to itself.
    worker(int number, bool stays_awake, std::vector<int> processors);
    ~worker() = delete;  // its thread lives as long as the process

    // Offers the loop to the worker, unless it has one or is left out at `time`.
    void offer(const shared_loop& loop, std::int64_t time);
    // After the calling thread found no chunk left: withdraws the offer, or waits while the worker runs a chunk.
    void withdraw(const shared_loop& loop);

    // Nanoseconds of a steady clock.
    [[nodiscard]] static std::int64_t now();
    // Whether this thread is a worker.
    [[nodiscard]] static bool is_this_thread();

private:
    using word = std::uintptr_t;

    static word of(const shared_loop& loop) { return reinterpret_cast<word>(&loop); }
    void serve(const std::vector<int>& processors);
    void wait_for_offer();
    void await(word running, std::int64_t begin, std::int64_t worked);
    void leave_out(std::int64_t time, std::int64_t lost);
    [[nodiscard]] std::int64_t processor_time() const;

    std::atomic<word> offer_ = 0;
    std::atomic<bool> asleep_ = false;
    std::atomic<int> awaited_ = 0;
    std::atomic<int> processor_of_loop_ = -1;  // that offered itself last
    int number_;
    bool stays_awake_;
    std::atomic<std::int64_t> out_until_ = 0;  // loops leave it out until then
    std::atomic<std::int64_t> pause_ = 0;      // for how long, the last time
    std::mutex guard_;
    std::condition_variable offered_;
    std::condition_variable finished_;
#if defined(__linux__)
    clockid_t clock_ = 0;
#endif
};

}  // namespace rhochain
