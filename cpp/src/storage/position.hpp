// The number of a row, column or entry, never negative, as a position in a container.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rhochain {

inline std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace rhochain
