// Counter-based random numbers: entry i of stream s is a pure function of (seed, s, i). The vector does not depend on
// the number of threads. Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011), Box-Muller for the Gaussian.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace rhochain {

using philox_block = std::array<std::uint32_t, 4>;

[[nodiscard]] philox_block philox(philox_block counter, std::array<std::uint32_t, 2> key);

// Independent standard normal entries: entry (i, c) of the whole block is number i b + c of the stream, whichever rank
// holds row i.
void fill_gaussian(block_out X, std::uint64_t seed, std::uint64_t stream, const space& S);

// The same for a small array that all ranks have.
void fill_gaussian(std::span<double> x, std::uint64_t seed, std::uint64_t stream);

}  // namespace rhochain
