// Threads of the process that help with loops. One is made when a loop first has use for it, and then waits for the
// next loop: awake for a fraction of a millisecond, then asleep.
//
// A loop runs its chunks 0 .. C - 1 on the calling thread and offers them to workers that no other loop has. Of M
// threads the m-th begins with chunks C m / M .. C (m + 1) / M - 1, so that in loops of the same length the same data
// stay in the caches of its core, and then takes what the others have left. The loop waits for chunks that a worker
// has begun, never for a worker that has not come. Where the system gave the core of a worker to another process in
// the middle of a chunk, and the worker had not worked for twice as long before, later loops leave it out for a while:
// from twice the time lost on, and twice as long each time that it happens again.
//
// Loops within loops, and those of a process that was forked from one with workers, run on the calling thread.
#pragma once

#include <cstdint>
#include <vector>

namespace rhochain::team {

// The processors that worker k = 1, 2, .. is bound to, asked for in the thread that makes it; none: to any.
using placement = std::vector<int> (*)(int k);

// Calls body(context, c) once for each c in [0, chunks), on at most `threads` threads. Rethrows the exception of the
// first chunk that has one.
void run(int threads, std::int64_t chunks, void* context, void (*body)(void*, std::int64_t), placement place);

}  // namespace rhochain::team
