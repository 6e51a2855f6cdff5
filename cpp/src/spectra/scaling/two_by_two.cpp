#include "spectra/scaling/two_by_two.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

block_scaling scale_two_by_two(const irreducible_block& block, Ledger& ledger) {
    const std::vector<double> unit{1.0, 0.0, 0.0, 1.0};
    std::vector<double> M(4);
    block.map().apply(as_block(const_block(unit.data(), 2, 2)), as_block(mutable_block(M.data(), 2, 2)));
    ledger.count(2);
    // Beside a huge entry a small one may have underflowed in the normalisation.
    constexpr double safely_normal = 0x1p-1000;
    const bool lost = std::min(std::abs(M[1]), std::abs(M[2])) < safely_normal;
    for (double* entry : {&M[1], &M[2]}) *entry = std::copysign(std::max(std::abs(*entry), safely_normal), *entry);
    const double off = std::sqrt(std::abs(M[1])) * std::sqrt(std::abs(M[2]));
    const double b = std::copysign(off, M[1]);
    const double c = std::copysign(off, M[2]);
    const double norm = 0.5 * (std::hypot(M[0] + M[3], c - b) + std::hypot(M[0] - M[3], b + c));
    // Every sum errs by a unit of rounding of the largest entry, which is at most the norm.
    constexpr double rounding = 0x1p-46;
    block_scaling s;
    s.bracket = exact_bracket(norm, "balanced 2 x 2 block");
    s.bracket.lower.value = norm * (1.0 - rounding);
    s.bracket.upper.value = norm * (1.0 + rounding) + safely_normal;
    if (lost) {
        s.bracket.lower.value = std::max(std::abs(M[0]), std::abs(M[3])) * (1.0 - rounding);
        s.bracket.status = Status::bracketed;
    }
    const double half = 0.25 * (std::log(std::abs(M[2])) - std::log(std::abs(M[1])));
    s.d = vector_block(block.domain());
    const auto d = entries_of(s.d);
    d[0] = half;
    d[1] = -half;
    // The logarithms, of numbers above 2^-1000, and their difference round d_1 - d_2 by less than 2^-42.
    constexpr double logarithms = 0x1p-40;
    s.excess = 1.0 + logarithms;
    // Raised entries do not reach +-off under D: then only the magnitudes bound the norm.
    if (lost) s.excess *= std::max(1.0, (std::max(std::abs(M[0]), std::abs(M[3])) + off) / s.bracket.upper.value);
    return s;
}

}  // namespace rhochain
