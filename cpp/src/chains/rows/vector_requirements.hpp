// What a vector given by the user must be. Each throws std::invalid_argument that names the argument, what came and
// what was expected, on all ranks together.
#pragma once

#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/extents.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace rhochain {

// (*) `length`: of the slice that this rank has of a vector of S. The ranks with another length name their own.
inline void require_length(const std::string& name, std::int64_t length, const space& S) {
    S.attempt([&] {
        if (length != S.length())
            throw std::invalid_argument(name + ": got length " + std::to_string(length) + ", expected " +
                                        std::to_string(S.length()));
    });
    static_cast<void>(S.any(false));  // ends the call on all ranks
}

inline void require_length(const std::string& name, array_in x, const space& S) {
    require_length(name, static_cast<std::int64_t>(x.size()), S);
}

// (*)
inline void require_finite(const std::string& name, array_in x, const space& S) {
    if (const auto bad = first_not_finite(from_caller(x), S))
        throw std::invalid_argument(name + ": got " + std::to_string(bad->value) + " at position " +
                                    std::to_string(bad->position) + ", expected finite numbers");
}

}  // namespace rhochain
