// ||a - b||_2 of two arrays of the same length, rounded up: all roundings of the differences and of the sum are in it.
#pragma once

#include <rhochain/storage/types.hpp>

#include <span>

namespace rhochain {

// One pass, without memory of its own. Infinite where a difference is.
template <storage_scalar Scalar>
[[nodiscard]] double distance_above(std::span<const Scalar> a, std::span<const Scalar> b);

}  // namespace rhochain
