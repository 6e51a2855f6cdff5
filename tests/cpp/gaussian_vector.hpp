// The normal numbers of one stream of fill_gaussian as a vector.
#pragma once

#include "kernels/vectors/random.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

inline std::vector<double> gaussian_vector(std::int64_t n, std::uint64_t seed, std::uint64_t stream) {
    std::vector<double> x(static_cast<std::size_t>(n));
    rhochain::fill_gaussian(x, seed, stream);
    return x;
}
