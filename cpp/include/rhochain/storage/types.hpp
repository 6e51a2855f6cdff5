// The scalar and index types a stored matrix may have.
//
// Matrices are stored in float32 or float64 with 32- or 64-bit indices. Vectors are always float64:
// every product accumulates in float64 whatever the storage.
#pragma once

#include <concepts>
#include <cstdint>

namespace rhochain {

template <class T>
concept storage_scalar = std::same_as<T, float> || std::same_as<T, double>;

template <class T>
concept index_integer = std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;

}  // namespace rhochain
