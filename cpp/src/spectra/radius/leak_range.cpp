#include "spectra/radius/leak_range.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace rhochain {

void validate_leak(std::span<const double> leak, const space& S) {
    const bool one = leak.size() == 1;
    if (S.any(!one && static_cast<std::int64_t>(leak.size()) != S.length()))
        throw std::invalid_argument("leak: got " + std::to_string(leak.size()) +
                                    " numbers, expected one, or one for each neuron");
    const auto allowed = [](double a) { return a > 0.0 && a <= 1.0; };
    if (S.any(!std::all_of(leak.begin(), leak.end(), allowed)))
        throw std::invalid_argument("leak: got a number outside (0, 1], expected 0 < a <= 1");
}

leak_range range_of_leaks(std::span<const double> leak, const space& S) {
    double least = 1.0, largest = 0.0;
    for (const double a : leak) {
        least = std::min(least, a);
        largest = std::max(largest, a);
    }
    return {-S.largest(-least), S.largest(largest)};
}

}  // namespace rhochain
