// The workers of a process and what else it does: signals that it waits for, forks, libraries that it closes.
#include <rhochain/kernels/space/parallel.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <csignal>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#endif
#ifdef RHOCHAIN_TEST_PLUGIN
#include <dlfcn.h>
#endif

using namespace rhochain;

#if defined(__unix__) || defined(__APPLE__)

TEST_CASE("a signal that the program blocks to wait for it reaches no worker") {
    static std::atomic<int> handled = 0;
    parallel_for(3, 8, [](std::int64_t) { std::this_thread::sleep_for(std::chrono::microseconds(100)); });
    struct sigaction counts{}, before{};
    counts.sa_handler = [](int) { ++handled; };
    REQUIRE(sigaction(SIGUSR1, &counts, &before) == 0);
    sigset_t mine, mask;
    sigemptyset(&mine);
    sigaddset(&mine, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &mine, &mask);
    for (int k = 0; k < 20; ++k) {
        kill(getpid(), SIGUSR1);
        parallel_for(3, 8, [](std::int64_t) { std::this_thread::sleep_for(std::chrono::microseconds(100)); });
        sigset_t pending;
        sigpending(&pending);
        CHECK(sigismember(&pending, SIGUSR1) == 1);
        int got = 0;
        if (sigismember(&pending, SIGUSR1) == 1) sigwait(&mine, &got);
    }
    CHECK(handled == 0);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    sigaction(SIGUSR1, &before, nullptr);
}

#endif

#ifdef RHOCHAIN_TEST_PLUGIN

#ifndef __SANITIZE_THREAD__  // which refuses threads in a process that was forked from one with threads

namespace {

// A process with a fresh copy of the library, forked while another of its threads is in its first loop. 0: the child
// ran its loop.
int fork_in_the_first_loop(std::chrono::microseconds after) {
    void* plugin = dlopen(RHOCHAIN_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) return 2;
    const auto run_loops = reinterpret_cast<int (*)(int)>(dlsym(plugin, "run_loops"));
    std::atomic<bool> begun = false;
    std::thread first([&] {
        begun = true;
        run_loops(1);
    });
    while (!begun) {
    }
    const auto end = std::chrono::steady_clock::now() + after;
    while (std::chrono::steady_clock::now() < end) {
    }
    const pid_t child = fork();
    if (child == 0) {
        alarm(5);
        _exit(run_loops(1) == 8 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    first.join();
    return status == 0 ? 0 : 1;
}

}  // namespace

TEST_CASE("a process forked while another thread begins the first loop runs its own") {
    for (int k = 0; k < 200; k += 2) {
        const pid_t fresh = fork();
        if (fresh == 0) _exit(fork_in_the_first_loop(std::chrono::microseconds(k)));
        int status = 0;
        waitpid(fresh, &status, 0);
        CAPTURE(k);
        REQUIRE(status == 0);
    }
}

#endif

// LeakSanitizer of GCC 12 cannot read the threads of a library that dlopen brought, and ends the process.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a library with workers stays in the process that closes it") {
    for (int times = 0; times < 3; ++times) {
        void* plugin = dlopen(RHOCHAIN_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL);
        REQUIRE(plugin != nullptr);
        CHECK(reinterpret_cast<int (*)(int)>(dlsym(plugin, "run_loops"))(5) == 40);
        dlclose(plugin);
        void* still = dlopen(RHOCHAIN_TEST_PLUGIN, RTLD_NOW | RTLD_NOLOAD);
        REQUIRE(still != nullptr);
        dlclose(still);
    }
}
#endif

#endif
