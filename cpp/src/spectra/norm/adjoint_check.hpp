// Whether apply_adjoint of a map known by its products alone is the adjoint of its apply. With v random and
// u = A v / ||A v||
//     <A^T u, v> = ||A v||.
// For another map in place of A^T the two sides differ by more than tolerance ||A v||, except with a probability of
// about `tolerance`. Bounds of sigma_1 from wrong products would be false without any other sign.
#pragma once

#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <string>

namespace rhochain {

// (*) Throws std::invalid_argument if |<A^T u, v> - ||A v||| > tolerance max(||A v||, ||A^T u||), which products in
// half precision satisfy, and if there is no A^T; messages call A `name`. Returns the number of products: at most 2,
// and 0 where the entries are stored.
std::int64_t require_adjoint(const linear_map& A, std::uint64_t seed, const std::string& name = "W");

// (*) The same test without the exception, for a caller that can do without A^T.
[[nodiscard]] bool adjoint_agrees(const linear_map& A, std::uint64_t seed);

}  // namespace rhochain
