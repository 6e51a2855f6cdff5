#include "kernels/products/fetch.hpp"

namespace rhochain {

// Measured on matrices with random columns (docs/performance/design.md): asking for rows of X in advance costs time
// while X lies in the caches of its core, and saves up to half of it beyond.
fetch best_fetch(std::int64_t n, std::int64_t b) {
    constexpr std::int64_t near_vector = std::int64_t{1} << 22;
    constexpr std::int64_t near_block = std::int64_t{1} << 20;
    return n * b * std::int64_t{sizeof(double)} <= (b == 1 ? near_vector : near_block) ? fetch::on_demand
                                                                                       : fetch::ahead;
}

}  // namespace rhochain
