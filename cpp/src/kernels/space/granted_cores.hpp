// The processors that this process may use at a time: those of the affinity mask of the calling thread (taskset, Slurm,
// cpuset), and no more than the quota of its control groups (docker --cpus, Kubernetes limits), rounded up.
#pragma once

#include <filesystem>
#include <string>

namespace rhochain {

// At least 1. The quota is read once.
[[nodiscard]] int granted_cores();

// The least quota of the groups that `membership`, the text of /proc/self/cgroup, names below `mount`, and of those
// above them: quota / period of cpu.max (version 2) or cpu.cfs_quota_us (version 1), rounded up. 0: no quota.
[[nodiscard]] int quota_cores(const std::string& membership, const std::filesystem::path& mount);

}  // namespace rhochain
