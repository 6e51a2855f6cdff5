// How long the walks are that join all pairs of vertices of a block through one vertex.
//
// k products see walks of k edges. To them a block much longer than that is an infinite band, whose powers grow by the
// largest modulus of its symbol, however much smaller rho is: the Grcar matrix grows by 3.2 with rho < 2.27 and has
// vectors x with ||A x - theta x|| exponentially small at |theta| = 3.2. Two things are evidence that the growth of
// A^k z, or a pair (theta, x) with a small residual, is that of an eigenvalue:
//     A A^T = A^T A (commutator.hpp); or
//     walks of at most k / 2 edges join all pairs of vertices through one: what grows returns to where it started.
// Left and right vectors are none: inside a band they overlap as those of a normal matrix do, while in a disk of iid
// entries they are nearly orthogonal. A heuristic, for ESTIMATEs alone.
#pragma once

#include <rhochain/spectra/solver_options.hpp>

#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>
#include <optional>

namespace rhochain {

enum class walk_direction { into, out_of };

// The least d such that walks of at most d edges lead from every vertex into a first one, or out of it to every one,
// edges of at most 2^-40 `scale` left out; nothing if d exceeds `most` or, by the pace of the first steps, seems to. A
// map without entrywise products need not be irreducible: there d is the length at which such walks join no further
// vertices. out_of takes adjoint products of |A|.
[[nodiscard]] std::optional<std::int64_t> walk_depth(const irreducible_block& block, walk_direction direction,
                                                     double scale, std::int64_t most, Ledger& ledger);

}  // namespace rhochain
