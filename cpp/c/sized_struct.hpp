// Structs whose first member is the caller's sizeof: a caller compiled with a shorter or a longer one is served.
//     size = 0 stands for version 1, `first_size` bytes; members beyond `size` are neither read nor written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

namespace rhochain::c {

inline std::size_t size_in_use(std::size_t given, std::size_t first_size, const char* name) {
    if (given == 0) return first_size;
    if (given < first_size)
        throw std::invalid_argument(std::string(name) + ".size: got " + std::to_string(given) + ", expected sizeof(" +
                                    name + "), at least " + std::to_string(first_size));
    return given;
}

// The caller's struct, `defaults` beyond its size.
template <class Struct>
Struct taken(const Struct& given, const Struct& defaults, std::size_t first_size, const char* name) {
    Struct own = defaults;
    std::memcpy(&own, &given, std::min(sizeof(Struct), size_in_use(given.size, first_size, name)));
    return own;
}

// Writes as much of `own` as the caller knows, and leaves its size as it is.
template <class Struct>
void give(const Struct& own, Struct& to, std::size_t first_size, const char* name) {
    const std::size_t size = to.size;
    std::memcpy(&to, &own, std::min(sizeof(Struct), size_in_use(size, first_size, name)));
    to.size = size;
}

}  // namespace rhochain::c
