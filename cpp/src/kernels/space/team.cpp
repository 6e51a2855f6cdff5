#include "kernels/space/team.hpp"

#include "kernels/space/granted_cores.hpp"
#include "kernels/space/shared_loop.hpp"
#include "kernels/space/worker.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>
#include <system_error>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace rhochain {
namespace {

constexpr int most_workers = 4096;

// All of the process. They outlive the statics of a program, which may run loops until its end.
struct workers {
    std::array<std::atomic<worker*>, most_workers> at{};
    std::atomic<int> count = 0;
    std::atomic<int> refused = most_workers;  // the system cannot create so many
    std::atomic<int> loops = 0;               // that run now
    int cores = granted_cores();
    std::mutex guard;
};

// A fork may come while another thread makes the first of them: the child must not wait for that thread.
constinit std::atomic<bool> begun = false;
constinit std::atomic<bool> forked = false;  // this process has none of them

#if defined(__unix__) || defined(__APPLE__)
[[maybe_unused]] const int watched = pthread_atfork(nullptr, nullptr, [] { forked = begun.load(); });
#endif

workers& all_workers() {
    begun = true;
    static workers& all = *new workers;
    return all;
}

// How many there are, of `wanted`.
int provide(workers& all, int wanted, team::placement place) {
    const int enough = std::min(wanted, all.refused.load(std::memory_order_relaxed));
    if (all.count.load(std::memory_order_acquire) >= enough) return enough;
    const std::lock_guard lock(all.guard);
    for (int k = all.count.load(std::memory_order_relaxed); k < enough; ++k) {
        try {
            all.at[static_cast<std::size_t>(k)] = new worker(k + 1, k + 1 < all.cores, place(k + 1));
        } catch (const std::system_error&) {
            all.refused = k;
            return k;
        } catch (const std::bad_alloc&) {
            return k;
        }
        all.count.store(k + 1, std::memory_order_release);
    }
    return enough;
}

// Counts a loop while it runs.
class running_loop {
public:
    explicit running_loop(std::atomic<int>& loops) : loops_(loops), now_(++loops) {}
    ~running_loop() { --loops_; }
    running_loop(const running_loop&) = delete;
    running_loop& operator=(const running_loop&) = delete;

    // With this one.
    [[nodiscard]] int count() const { return now_; }

private:
    std::atomic<int>& loops_;
    int now_;
};

// Loops that a thread meets while this exists run on it alone.
class inside_loop {
public:
    inside_loop() { holds() = true; }
    ~inside_loop() { holds() = false; }
    inside_loop(const inside_loop&) = delete;
    inside_loop& operator=(const inside_loop&) = delete;

    [[nodiscard]] static bool& holds() {
        static thread_local bool inside = false;
        return inside;
    }
};

}  // namespace

void team::run(int threads, std::int64_t chunks, void* context, void (*body)(void*, std::int64_t), placement place) {
    const bool own = threads <= 1 || chunks <= 1 || inside_loop::holds() || worker::is_this_thread();
    if (own || forked.load(std::memory_order_relaxed)) {
        for (std::int64_t c = 0; c < chunks; ++c) body(context, c);
        return;
    }
    workers& all = all_workers();
    const running_loop now(all.loops);
    // Loops that run side by side share the cores.
    const int fair = now.count() == 1 ? threads : std::min(threads, std::max(1, all.cores / now.count()));
    const int wanted = static_cast<int>(std::min({std::int64_t{fair - 1}, chunks - 1, std::int64_t{most_workers}}));
    const int count = provide(all, wanted, place);
    const auto each_worker = [&](const auto& call) {
        for (int k = 0; k < count; ++k) call(*all.at[static_cast<std::size_t>(k)].load(std::memory_order_relaxed));
    };
    shared_loop loop(chunks, count + 1, context, body);
    const std::int64_t time = worker::now();
    each_worker([&](worker& h) { h.offer(loop, time); });
    {
        const inside_loop here;
        loop.take_part(0);
    }
    each_worker([&](worker& h) { h.withdraw(loop); });
    loop.finish();
}

}  // namespace rhochain
