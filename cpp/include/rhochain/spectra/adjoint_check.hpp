// Whether apply_adjoint of an operator known by its products alone is the adjoint of its apply. With v random, u = A v / ||A v||
//     <A^T u, v> = ||A v||;
// for another operator in place of A^T the two differ by a good part of ||A v||, but for a chance of about `tolerance`. A bound
// on sigma_1 from wrong products would be as silent as it is false.
#pragma once

#include <rhochain/operators/linear_operator.hpp>

#include <cstdint>

namespace rhochain {

// Throws std::invalid_argument if |<A^T u, v> - ||A v||| > tolerance max(||A v||, ||A^T u||), which leaves room for products in half
// precision. Returns the products made: 2, or none where the entries are stored.
std::int64_t require_adjoint(operator_ref A, std::uint64_t seed, int threads);

}  // namespace rhochain
