// +inf, the bound that says nothing.
#pragma once

#include <limits>

namespace rhochain {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace rhochain
