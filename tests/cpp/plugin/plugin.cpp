// A library of a user's that a program loads and closes: loops on three threads.
#include <rhochain/kernels/space/parallel.hpp>

#include <atomic>
#include <cstdint>

// The chunks that ran.
extern "C" int run_loops(int loops) {
    std::atomic<int> chunks = 0;
    for (int k = 0; k < loops; ++k) rhochain::parallel_for(3, 8, [&](std::int64_t) { ++chunks; });
    return chunks;
}
