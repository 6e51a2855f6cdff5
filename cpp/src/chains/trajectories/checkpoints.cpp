#include <rhochain/chains/trajectories/checkpoints.hpp>

#include <algorithm>
#include <limits>

namespace rhochain {
namespace {

constexpr std::int64_t plenty = std::numeric_limits<std::int64_t>::max() / 4;

// binom(s + r, s), or `plenty` if that is more. 0 for r < 0.
std::int64_t reversible(std::int64_t s, std::int64_t r) {
    if (r < 0) return 0;
    const std::int64_t k = std::min(s, r);
    const std::int64_t n = s + r;
    std::int64_t product = 1;
    for (std::int64_t i = 1; i <= k; ++i) {
        // product (n - k + i) / i is whole at every turn.
        if (product > plenty / (n - k + i)) return plenty;
        product = product * (n - k + i) / i;
    }
    return product;
}

// The least r with l <= beta(s, r).
std::int64_t repetitions(std::int64_t l, std::int64_t s) {
    std::int64_t r = 0;
    while (reversible(s, r) < l) ++r;
    return r;
}

}  // namespace

std::int64_t repeated_steps(std::int64_t l, std::int64_t s) {
    // beta(1, r) = r + 1: with the first state alone everything is repeated.
    if (s == 1) return l > plenty / l ? plenty : l * (l - 1) / 2;
    const std::int64_t r = repetitions(l, s);
    return r * l - reversible(s + 1, r - 1);
}

std::int64_t next_kept(std::int64_t l, std::int64_t s) {
    const std::int64_t r = repetitions(l, s);
    const std::int64_t most = std::min(reversible(s, r - 1), l - reversible(s - 1, r - 1));
    return std::clamp<std::int64_t>(most, 1, l - 1);
}

replay_plan plan_replay(std::int64_t steps, std::int64_t rows) {
    replay_plan best;
    best.cost = plenty;
    const auto consider = [&](std::int64_t block) {
        if (block < 1 || block > rows) return;
        const std::int64_t blocks = (steps + block - 1) / block;
        if (blocks == 0) return;
        const std::int64_t slots = std::min(rows - block, blocks - 1);
        const std::int64_t repeated = repeated_steps(blocks, slots + 1);
        const std::int64_t cost = repeated > plenty / block ? plenty : repeated * block + steps;
        if (cost < best.cost) best = {block, slots, cost};
    };
    consider(std::min(steps, rows));
    for (std::int64_t block = 1; block < rows; block += std::max<std::int64_t>(1, block / 16)) consider(block);
    return best;
}

}  // namespace rhochain
