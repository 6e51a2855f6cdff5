// The scalar and index types a stored matrix may have.
//
// Matrices are stored in float32 or float64 with 32- or 64-bit indices. Vectors are always float64:
// every product accumulates in float64 whatever the storage. Bounds rest on IEEE arithmetic, rounded operation by
// operation.
#pragma once

#include <cfloat>
#include <concepts>
#include <cstdint>
#include <limits>

#if defined(__FAST_MATH__)
#error "the bounds of rhochain do not hold under -ffast-math or -Ofast"
#endif

namespace rhochain {

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559 && FLT_EVAL_METHOD == 0);

template <class T>
concept storage_scalar = std::same_as<T, float> || std::same_as<T, double>;

template <class T>
concept index_integer = std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;

}  // namespace rhochain
