#include <rhochain/kernels/space/parallel.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <string>

#ifdef RHOCHAIN_HAS_OPENMP
#include <omp.h>
#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif
#endif

// The thread sanitizer does not see libgomp's fork and join. These calls declare them.
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#else
#define __tsan_acquire(address) static_cast<void>(address)
#define __tsan_release(address) static_cast<void>(address)
#endif

namespace rhochain {
namespace {

#ifdef RHOCHAIN_HAS_OPENMP
// Whether this process was forked from one that had a team of threads. It has none of them, and OpenMP would wait for
// them for ever.
bool lost_its_team() {
#if defined(__unix__) || defined(__APPLE__)
    static const pid_t first_with_a_team = getpid();
    return getpid() != first_with_a_team;
#else
    return false;
#endif
}
#endif

}  // namespace

int resolve_threads(int requested) {
#ifdef RHOCHAIN_HAS_OPENMP
    return requested > 0 ? requested : std::max(1, omp_get_max_threads());
#else
    return std::max(1, std::min(requested, 1));
#endif
}

const char* threading_description() {
#ifdef RHOCHAIN_HAS_OPENMP
    static const std::string text = "OpenMP " + std::to_string(_OPENMP);
    return text.c_str();
#else
    return "none";
#endif
}

void detail::run_chunks(int threads, std::int64_t chunks, void* context, void (*body)(void*, std::int64_t)) {
#ifdef RHOCHAIN_HAS_OPENMP
    if (threads <= 1 || chunks <= 1 || lost_its_team()) {
        for (std::int64_t c = 0; c < chunks; ++c) body(context, c);
        return;
    }
    std::exception_ptr failure;
    std::int64_t failed = chunks;
    std::mutex guard;
    // OpenMP ends the process if the system cannot create a thread.
    const std::int64_t most =
        std::min(omp_get_thread_limit(), std::max(omp_get_max_threads(), 8 * omp_get_num_procs()));
    const int team = static_cast<int>(std::min({std::int64_t{threads}, chunks, most}));
    char fork = 0;
    char join = 0;
    __tsan_release(&fork);
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
    for (std::int64_t c = 0; c < chunks; ++c) {
        __tsan_acquire(&fork);
        try {
            body(context, c);
        } catch (...) {
            const std::lock_guard lock(guard);
            if (c < failed) {
                failed = c;
                failure = std::current_exception();
            }
        }
        __tsan_release(&join);
    }
    __tsan_acquire(&join);
    if (failure) std::rethrow_exception(failure);
#else
    static_cast<void>(threads);
    for (std::int64_t c = 0; c < chunks; ++c) body(context, c);
#endif
}

}  // namespace rhochain
