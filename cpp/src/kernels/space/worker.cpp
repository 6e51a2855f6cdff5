#include "kernels/space/worker.hpp"

#include "kernels/space/blocked_signals.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace rhochain {
namespace {

constexpr std::int64_t microsecond = 1000;
constexpr std::int64_t millisecond = 1000 * microsecond;

// The next loop of a call follows within this time, as a rule.
constexpr std::int64_t awake = 300 * microsecond;
// A loop waits for chunks awake, as waking takes tens of microseconds, but no longer than it takes to find out whether
// the worker runs.
constexpr std::int64_t before_looking = 10 * microsecond;
constexpr std::int64_t patience = 200 * microsecond;
// Interrupts are shorter than this.
constexpr std::int64_t lost_core = 20 * microsecond;
// A worker whose core is busy all the time costs one lost slice in so long a time.
constexpr std::int64_t longest_pause = 300 * millisecond;

thread_local bool is_worker = false;

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    __asm__ volatile("isb");
#endif
}

// The processor that this thread runs on; -1: unknown.
int this_processor() {
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

// Whether done() became true within so many nanoseconds.
template <class Done>
bool spin(std::int64_t most, const Done& done) {
    constexpr int between_clocks = 32;
    const std::int64_t end = worker::now() + most;
    do {
        for (int k = 0; k < between_clocks; ++k) {
            if (done()) return true;
            pause_briefly();
        }
    } while (worker::now() < end);
    return done();
}

}  // namespace

worker::worker(int number, bool stays_awake, std::vector<int> processors) : number_(number), stays_awake_(stays_awake) {
    const blocked_signals inherited;
    std::thread thread([this, places = std::move(processors)] { serve(places); });
#if defined(__linux__)
    if (pthread_getcpuclockid(thread.native_handle(), &clock_) != 0) clock_ = CLOCK_MONOTONIC;
#endif
    thread.detach();
}

std::int64_t worker::now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

bool worker::is_this_thread() { return is_worker; }

void worker::offer(const shared_loop& loop, std::int64_t time) {
    if (time < out_until_.load(std::memory_order_relaxed)) return;
    processor_of_loop_.store(this_processor(), std::memory_order_relaxed);
    word idle = 0;
    if (!offer_.compare_exchange_strong(idle, of(loop), std::memory_order_seq_cst)) return;
    if (asleep_.load(std::memory_order_seq_cst)) {
        {
            const std::lock_guard lock(guard_);
        }
        offered_.notify_one();
    }
}

void worker::withdraw(const shared_loop& loop) {
    word offered = of(loop);
    if (offer_.compare_exchange_strong(offered, 0, std::memory_order_acquire)) return;
    const word running = of(loop) + 1;
    const auto done = [&] { return offer_.load(std::memory_order_acquire) != running; };
    if (done() || spin(before_looking, done)) return;
    const std::int64_t begin = now();
    const std::int64_t worked = processor_time();
    if (spin(before_looking, done)) return;
    const bool runs = processor_time() - worked > before_looking / 2;
    if (!runs || !spin(patience, done)) await(running, begin, worked);
}

// Waits asleep, which may give the worker a core, and finds out what part of the time since `begin` it had one; its
// processor time was `worked` then.
void worker::await(word running, std::int64_t begin, std::int64_t worked) {
    awaited_.fetch_add(1, std::memory_order_seq_cst);
    {
        std::unique_lock lock(guard_);
        finished_.wait(lock, [&] { return offer_.load(std::memory_order_seq_cst) != running; });
    }
    awaited_.fetch_sub(1, std::memory_order_relaxed);
    const std::int64_t end = now();
    const std::int64_t lost = end - begin - (processor_time() - worked);
    if (lost > lost_core) leave_out(end, lost);
}

// Two threads do in t + lost what one does in 2 t: a worker that worked for longer than it lost is worth waiting for.
void worker::leave_out(std::int64_t time, std::int64_t lost) {
    const std::int64_t worked = time - lost - out_until_.load(std::memory_order_relaxed);
    const std::int64_t last = pause_.load(std::memory_order_relaxed);
    const std::int64_t next = worked > 2 * lost ? 0 : std::min(2 * std::max(lost, last), longest_pause);
    pause_.store(next, std::memory_order_relaxed);
    out_until_.store(time + next, std::memory_order_relaxed);
}

// Of the worker, in nanoseconds.
std::int64_t worker::processor_time() const {
#if defined(__linux__)
    timespec t{};
    clock_gettime(clock_, &t);
    return std::int64_t{t.tv_sec} * 1000 * millisecond + t.tv_nsec;
#else
    return now();
#endif
}

void worker::serve([[maybe_unused]] const std::vector<int>& processors) {
    is_worker = true;
#if defined(__linux__)
    if (!processors.empty()) {
        cpu_set_t mask;
        CPU_ZERO(&mask);
        for (const int p : processors)
            if (p >= 0 && p < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(p), &mask);
        pthread_setaffinity_np(pthread_self(), sizeof mask, &mask);
    }
#endif
    for (;;) {
        wait_for_offer();
        word offered = offer_.load(std::memory_order_relaxed);
        if (offered == 0 || !offer_.compare_exchange_strong(offered, offered + 1, std::memory_order_acquire)) continue;
        reinterpret_cast<shared_loop*>(offered)->take_part(number_);
        offer_.store(0, std::memory_order_seq_cst);
        if (awaited_.load(std::memory_order_seq_cst) > 0) {
            {
                const std::lock_guard lock(guard_);
            }
            finished_.notify_all();
        }
    }
}

void worker::wait_for_offer() {
    const auto offered = [this] { return offer_.load(std::memory_order_relaxed) != 0; };
    // Awake, it would keep the loop that it waits for from running.
    const bool in_the_way = this_processor() == processor_of_loop_.load(std::memory_order_relaxed);
    if (offered() || (stays_awake_ && !in_the_way && spin(awake, offered))) return;
    std::unique_lock lock(guard_);
    asleep_.store(true, std::memory_order_seq_cst);
    offered_.wait(lock, [this] { return offer_.load(std::memory_order_seq_cst) != 0; });
    asleep_.store(false, std::memory_order_relaxed);
}

}  // namespace rhochain
