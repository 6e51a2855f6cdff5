#include "kernels/space/granted_cores.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace rhochain {
namespace {

namespace fs = std::filesystem;

// The cores of one group; 0: it has no quota.
int cores_of(std::int64_t quota, std::int64_t period) {
    if (quota <= 0 || period <= 0) return 0;
    constexpr std::int64_t most = 1 << 20;
    return static_cast<int>(std::min(most, (quota - 1) / period + 1));
}

int cores_of_group(const fs::path& group) {
    std::int64_t quota = 0;
    std::int64_t period = 0;
    // "max 100000" is no number: no quota.
    if (std::ifstream both(group / "cpu.max"); both >> quota >> period) return cores_of(quota, period);
    std::ifstream first(group / "cpu.cfs_quota_us");
    std::ifstream second(group / "cpu.cfs_period_us");
    return first >> quota && second >> period ? cores_of(quota, period) : 0;
}

// The least of two, where 0 stands for none.
int less(int a, int b) { return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b); }

int cores_above(const fs::path& mount, fs::path group) {
    int least = cores_of_group(mount);
    for (group = group.relative_path(); !group.empty(); group = group.parent_path())
        least = less(least, cores_of_group(mount / group));
    return least;
}

int affinity() {
#if defined(__linux__)
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) return CPU_COUNT(&mask);
#endif
    return static_cast<int>(std::thread::hardware_concurrency());
}

// Of this process.
int own_quota() {
    std::ifstream file("/proc/self/cgroup");
    const std::string membership{std::istreambuf_iterator<char>(file), {}};
    std::error_code unreadable;  // a path that cannot be looked at has no quota
    return fs::exists("/sys/fs/cgroup", unreadable) ? quota_cores(membership, "/sys/fs/cgroup") : 0;
}

}  // namespace

int quota_cores(const std::string& membership, const fs::path& mount) {
    int least = 0;
    std::istringstream lines(membership);
    // hierarchy:controllers:path
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const fs::path group = line.substr(second + 1);
        if (controllers.empty()) {
            least = less(least, cores_above(mount, group));
            least = less(least, cores_above(mount / "unified", group));
        } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
            least = less(least, cores_above(mount / controllers, group));
        }
    }
    return least;
}

int granted_cores() {
    // Two threads may read it at a time. None waits for another, which a fork in between would leave behind.
    static constinit std::atomic<int> known = -1;
    int quota = known.load(std::memory_order_relaxed);
    if (quota < 0) {
        quota = own_quota();
        known.store(quota, std::memory_order_relaxed);
    }
    return std::max(1, less(affinity(), quota));
}

}  // namespace rhochain
