// What a vector given by the user must be. Each throws std::invalid_argument that names the argument, what came and what
// was expected.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace rhochain {

inline void require_length(const std::string& name, std::span<const double> x, std::int64_t expected) {
    if (static_cast<std::int64_t>(x.size()) != expected)
        throw std::invalid_argument(name + ": got length " + std::to_string(x.size()) + ", expected " +
                                    std::to_string(expected));
}

inline void require_finite(const std::string& name, std::span<const double> x) {
    const auto bad = std::find_if(x.begin(), x.end(), [](double v) { return !std::isfinite(v); });
    if (bad != x.end())
        throw std::invalid_argument(name + ": got " + std::to_string(*bad) + " at position " +
                                    std::to_string(bad - x.begin()) + ", expected finite numbers");
}

}  // namespace rhochain
