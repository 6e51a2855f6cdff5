// Which states of a trajectory to keep, so that it can be walked backward within a bounded memory (Griewank & Walther
// 2000, "revolve"). With s kept states and every step repeated at most r times beta(s, r) = binom(s + r, s) steps can
// be reversed, and l of them, beta(s, r - 1) < l <= beta(s, r), take at best
//     t(l, s) = r l - beta(s + 1, r - 1)
// steps forward beside the last visit of each. Here a step is a block of `block` steps, read at once.
#pragma once

#include <cstdint>

namespace rhochain {

// t(l, s) for l >= 1, s >= 1; the state before the first step is one of the s.
[[nodiscard]] std::int64_t repeated_steps(std::int64_t l, std::int64_t s);

// How many of l >= 2 steps to go before the next state is kept, with s >= 2 states in all, the one before the first
// step among them: then t(l, s) = m + t(l - m, s - 1) + t(m, s).
[[nodiscard]] std::int64_t next_kept(std::int64_t l, std::int64_t s);

struct replay_plan {
    std::int64_t block = 1;  // steps whose slopes are held at once
    std::int64_t slots = 0;  // states kept beside the first one
    std::int64_t cost = 0;   // steps in all for one walk backward
};

// The cheapest plan for `steps` steps that holds at most `rows` >= 1 vectors at once: block + slots <= rows.
[[nodiscard]] replay_plan plan_replay(std::int64_t steps, std::int64_t rows);

}  // namespace rhochain
