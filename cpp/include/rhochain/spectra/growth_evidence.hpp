// When the growth of A^k z, or a pair (theta, x) with a small residual, is evidence of an eigenvalue of that modulus.
//
// k products see walks of k edges. In a block much longer than that they see an infinite band, whose powers grow by the
// largest modulus of its symbol, however much smaller rho is: the Grcar matrix grows by 3.2 with rho < 2.27 and has vectors x
// with ||A x - theta x|| exponentially small at |theta| = 3.2. Two things speak for the growth:
//     A A^T = A^T A (then ||A x|| <= rho ||x|| for every x), tested on one Gaussian vector to rounding; or
//     walks of at most k / 2 edges join all pairs of vertices through one: what grows comes back to where it came from.
// Left and right vectors do not tell: inside a band they overlap as those of a normal matrix do, while in a disk of iid
// entries they are as good as orthogonal. A heuristic, for ESTIMATEs alone.
//
// In a long band neither may hold. There what returns is measured itself: (A^k)_jj is the sum over all walks of k edges
// from j to j. In a Toeplitz band it is a moment of the limit of the eigenvalues' distribution, and grows like the largest modulus in
// the support of that limit (docs/theory.md, 7).
#pragma once

#include <rhochain/spectra/irreducible_block.hpp>

#include <optional>

namespace rhochain {

enum class walk_direction { into, out_of };

// The least d such that walks of at most d edges lead from every vertex into a first one, or out of it to every one, edges of
// at most 2^-40 `scale` left out; nothing if d exceeds `most` or soon seems to. An operator without entries need not be
// irreducible: there d is about the vertices that such walks join at all. out_of takes adjoint products of |A|.
[[nodiscard]] std::optional<std::int64_t> walk_depth(const irreducible_block& block, walk_direction direction,
                                                     double scale, std::int64_t most, Ledger& ledger);

// The growth rate of (A^k)_jj over the last half of at most 1024 powers, the largest over vertices j too far apart for their
// walks to meet; slightly low, as (A^k)_jj falls like a power of k beside rho^k. Nothing if the band has no room for 64 powers, or
// nothing returns. block.reach > 0.
[[nodiscard]] std::optional<double> return_rate(const irreducible_block& block, const SolverOptions& options,
                                                Ledger& ledger);

// max_i |((A A^T - A^T A) z)_i| is rounding, for a Gaussian z. Four products, two of them adjoint.
[[nodiscard]] bool commutes_with_adjoint(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
