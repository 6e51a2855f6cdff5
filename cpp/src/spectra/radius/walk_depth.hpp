// The length of the walks that join all pairs of vertices of a block through one vertex.
//
// A^k contains walks of k edges. In a block much longer than that it equals, locally, the power of an infinite band,
// which grows by the largest modulus of its symbol, however much smaller rho is: the powers of the Grcar matrix grow by
// 3.2, with rho < 2.27, and it has vectors x with ||A x - theta x|| exponentially small at |theta| = 3.2. Two
// conditions are evidence that the growth of A^k z, or a pair (theta, x) with a small residual, is that of an
// eigenvalue:
//     A A^T = A^T A (commutator.hpp); or
//     walks of at most k / 2 edges join all pairs of vertices through one, so that growing walks return to their start.
// The overlap of left and right vectors is no evidence: inside a band they overlap as those of a normal matrix, while
// in a disk of iid entries they are nearly orthogonal. A heuristic, for ESTIMATEs only.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>
#include <optional>

namespace rhochain {

enum class walk_direction { into, out_of };

// (*) The least d such that walks of at most d edges lead from every vertex into a first one, or out of it to every
// one, without edges of at most 2^-40 `scale`. Nothing if d exceeds `most`, or if the growth in the first steps
// suggests so. A map that is not entrywise() need not be irreducible: there d is the length at which such walks
// reach no further vertices. out_of takes adjoint products with |A|.
[[nodiscard]] std::optional<std::int64_t> walk_depth(const irreducible_block& block, walk_direction direction,
                                                     double scale, std::int64_t most, Ledger& ledger);

}  // namespace rhochain
