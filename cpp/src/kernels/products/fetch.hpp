// Whether a product asks for rows of X (n x b) well before it needs them. Products of all instruction sets include this
// header, so that it has no inline functions.
#pragma once

#include <cstdint>

namespace rhochain {

enum class fetch { on_demand, ahead };

[[nodiscard]] fetch best_fetch(std::int64_t n, std::int64_t b);

}  // namespace rhochain
