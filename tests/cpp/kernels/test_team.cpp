// Loops over chunks (parallel.hpp) share the workers of the process: each chunk runs once, whoever runs it, and no loop
// waits for a worker that is elsewhere. What the system grants: affinity and quotas.
#include <rhochain/kernels/space/parallel.hpp>
#include "kernels/space/granted_cores.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace rhochain;

namespace {

struct visits {
    explicit visits(std::int64_t chunks) : of(static_cast<std::size_t>(chunks)) {}
    void add(std::int64_t c) { ++of[static_cast<std::size_t>(c)]; }
    [[nodiscard]] bool all_are(int times) const {
        return std::all_of(of.begin(), of.end(), [=](const auto& v) { return v.load() == times; });
    }
    std::vector<std::atomic<int>> of;
};

}  // namespace

TEST_CASE("loops of several threads at a time visit each of their chunks once") {
    constexpr int callers = 4;
    std::vector<std::thread> running;
    std::atomic<int> right = 0;
    for (int caller = 0; caller < callers; ++caller)
        running.emplace_back([&, caller] {
            std::minstd_rand draw(static_cast<unsigned>(caller) + 1);
            bool all = true;
            for (int loop = 0; loop < 300; ++loop) {
                const auto chunks = static_cast<std::int64_t>(draw() % 40 + 1);
                visits seen(chunks);
                parallel_for(static_cast<int>(draw() % 5 + 1), chunks, [&](std::int64_t c) { seen.add(c); });
                all = all && seen.all_are(1);
            }
            right += all ? 1 : 0;
        });
    for (std::thread& t : running) t.join();
    CHECK(right == callers);
}

TEST_CASE("a loop within a loop runs, on the thread that met it") {
    visits seen(6 * 5);
    std::atomic<int> elsewhere = 0;
    parallel_for(3, 6, [&](std::int64_t outer) {
        const auto here = std::this_thread::get_id();
        parallel_for(3, 5, [&](std::int64_t inner) {
            seen.add(5 * outer + inner);
            if (std::this_thread::get_id() != here) ++elsewhere;
        });
    });
    CHECK(seen.all_are(1));
    CHECK(elsewhere == 0);
}

TEST_CASE("a loop ends while every worker is held by another loop") {
    constexpr int threads = 3;
    std::latch ended(1);
    visits held(threads), seen(50);
    std::thread other([&] {
        parallel_for(threads, threads, [&](std::int64_t c) {
            ended.wait();
            held.add(c);
        });
    });
    for (int loop = 0; loop < 20; ++loop) parallel_for(threads, 50, [&](std::int64_t c) { seen.add(c); });
    ended.count_down();
    other.join();
    CHECK(seen.all_are(20));
    CHECK(held.all_are(1));
}

TEST_CASE("the last loop of a long pause and the first after it lose no chunk") {
    for (const int microseconds : {0, 50, 290, 310, 2000}) {
        visits seen(8);
        for (int loop = 0; loop < 20; ++loop) {
            std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
            parallel_for(2, 8, [&](std::int64_t c) { seen.add(c); });
        }
        CHECK(seen.all_are(20));
    }
}

TEST_CASE("threads round a chunk as the caller of the loop does") {
    constexpr std::int64_t chunks = 40;
    const auto thirds = [] {
        std::vector<double> of(chunks);
        parallel_for(3, chunks, [&](std::int64_t c) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));  // workers come
            const volatile double one = 1.0, three = 3.0;
            of[static_cast<std::size_t>(c)] = one / three;
        });
        return of;
    };
    const auto all_are = [](const std::vector<double>& of, double value) {
        return std::all_of(of.begin(), of.end(), [=](double v) { return v == value; });
    };
    const double nearest = 1.0 / 3.0;
    CHECK(all_are(thirds(), nearest));
    REQUIRE(std::fesetround(FE_UPWARD) == 0);
    const std::vector<double> upward = thirds();
    std::fesetround(FE_TONEAREST);
    CHECK(all_are(upward, std::nextafter(nearest, 1.0)));
    CHECK(all_are(thirds(), nearest));
}

TEST_CASE("quotas of control groups: the least of a group and those above it, rounded up") {
    namespace fs = std::filesystem;
    const fs::path mount = fs::temp_directory_path() / ("rhochain-groups-" + std::to_string(std::random_device{}()));
    const auto write = [&](const fs::path& file, const std::string& text) {
        fs::create_directories((mount / file).parent_path());
        std::ofstream(mount / file) << text << '\n';
    };
    write("jobs/cpu.max", "350000 100000");
    write("jobs/mine/cpu.max", "max 100000");
    write("jobs/small/cpu.max", "150000 100000");
    write("jobs/least/cpu.max", "1000 100000");
    CHECK(quota_cores("0::/\n", mount) == 0);
    CHECK(quota_cores("0::/jobs\n", mount) == 4);
    CHECK(quota_cores("0::/jobs/mine\n", mount) == 4);
    CHECK(quota_cores("0::/jobs/small\n", mount) == 2);
    CHECK(quota_cores("0::/jobs/least\n", mount) == 1);
    CHECK(quota_cores("0::/elsewhere\n", mount) == 0);
    // Version 1, where the controllers have a folder each, and both at a time.
    write("cpu,cpuacct/docker/cpu.cfs_quota_us", "250000");
    write("cpu,cpuacct/docker/cpu.cfs_period_us", "100000");
    write("cpu,cpuacct/free/cpu.cfs_quota_us", "-1");
    write("cpu,cpuacct/free/cpu.cfs_period_us", "100000");
    CHECK(quota_cores("4:memory:/docker\n3:cpu,cpuacct:/docker\n", mount) == 3);
    CHECK(quota_cores("4:memory:/docker\n3:cpu,cpuacct:/free\n", mount) == 0);
    CHECK(quota_cores("3:cpu,cpuacct:/docker\n0::/jobs/small\n", mount) == 2);
    CHECK(quota_cores("4:cpuset:/docker\n", mount) == 0);
    CHECK(quota_cores("no line of this kind", mount) == 0);
    // Within a container the groups named are not below the mount, whose root is the container's own.
    write("cpu.max", "200000 100000");
    CHECK(quota_cores("0::/somewhere/else\n", mount) == 2);
    fs::remove_all(mount);
}

TEST_CASE("threads: as many as are asked for, otherwise no more than are granted") {
    CHECK(resolve_threads(7) == 7);
    CHECK(resolve_threads(0) >= 1);
    CHECK(granted_cores() >= 1);
    if (std::getenv("OMP_NUM_THREADS") == nullptr) CHECK(resolve_threads(0) <= granted_cores());
}
