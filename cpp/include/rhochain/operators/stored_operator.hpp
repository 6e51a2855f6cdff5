// The common part of sparse_operator and dense_operator, for a borrowed matrix W and A = 2^-e W: the exponent e and
// principal parts.
#pragma once

#include <rhochain/kernels/products/entry_summary.hpp>
#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace rhochain {

// W[C, C] without stored zeros: C = `members`, rising, and position[members[k]] = k.
template <index_integer Index, class Matrix>
[[nodiscard]] csr<typename Matrix::scalar_type, Index> principal_part(const Matrix& W,
                                                                      std::span<const std::int64_t> members,
                                                                      std::span<const std::int64_t> position) {
    const auto size = static_cast<std::int64_t>(members.size());
    csr<typename Matrix::scalar_type, Index> B{size, size, {0}, {}, {}};
    const auto place = [&](std::int64_t j) {
        const std::int64_t k = position[static_cast<std::size_t>(j)];
        return k < size && members[static_cast<std::size_t>(k)] == j ? k : -1;
    };
    for (const std::int64_t i : members) {
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const std::int64_t k = W.value(p) == 0 ? -1 : place(W.column(p));
            if (k < 0) continue;
            B.indices.push_back(static_cast<Index>(k));
            B.values.push_back(W.value(p));
        }
        B.indptr.push_back(static_cast<Index>(B.indices.size()));
    }
    return B;
}

// The exponent e that brings the largest number of a set, times 2^-e, near 1. It stays 0 while squares and sums are far
// from the ends of the float64 range, so that ordinary matrices are used as they are. Where the smallest, other than 0,
// would leave the normal range, e is the largest for which it stays within, if 2^200 then still bounds the largest.
[[nodiscard]] inline int normalising_exponent(double largest, double smallest) {
    constexpr int harmless = 200;
    constexpr int representable = 1000;
    constexpr int lowest = -1021;  // binary_exponent of the least normal number
    const int e = binary_exponent(largest);
    if (std::abs(e) <= harmless) return 0;
    const int gentle = std::min(e, binary_exponent(smallest) - lowest);
    return std::clamp(e - gentle <= harmless ? gentle : e, -representable, representable);
}

// Whether 2^-e keeps every bit of numbers of at least `smallest`.
[[nodiscard]] inline bool is_lossless(double smallest, int e) {
    return e <= 0 || smallest == 0.0 || std::ldexp(smallest, -e) >= std::numeric_limits<double>::min();
}

}  // namespace rhochain
