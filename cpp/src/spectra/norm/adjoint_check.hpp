// Whether apply_adjoint of a map known by its products alone is the adjoint of its apply. With v random and
// u = A v / ||A v||
//     <A^T u, v> = ||A v||;
// for another map in place of A^T the two differ by a good part of ||A v||, but for a chance of about `tolerance`.
// Bounds on sigma_1 from wrong products would be false, and nothing else would show it.
#pragma once

#include <rhochain/operators/linear_map.hpp>

#include <cstdint>

namespace rhochain {

// Throws std::invalid_argument if |<A^T u, v> - ||A v||| > tolerance max(||A v||, ||A^T u||), which leaves room for
// products in half precision. Returns the products made: 2, or none where the entries are stored.
std::int64_t require_adjoint(const linear_map& A, std::uint64_t seed);

}  // namespace rhochain
