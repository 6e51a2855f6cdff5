// The leaks a_i of a network, 0 < a_i <= 1: one for all neurons, or one for each neuron of this process.
#pragma once

#include <rhochain/kernels/space/space.hpp>

#include <span>

namespace rhochain {

// Throws std::invalid_argument on all ranks alike unless every a_i is above 0 and at most 1, and their number fits.
void validate_leak(std::span<const double> leak, const space& S);

struct leak_range {
    double least;
    double largest;
};

// (*) Over all ranks.
[[nodiscard]] leak_range range_of_leaks(std::span<const double> leak, const space& S);

}  // namespace rhochain
