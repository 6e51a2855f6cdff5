// The growth of returning walks in a long band, where there may be no evidence that the growth of A^k z is that of an
// eigenvalue (walk_depth.hpp). (A^k)_jj is the sum over all walks of k edges from j to j. In a Toeplitz band it is a
// moment of the limit distribution of the eigenvalues, and grows like the largest modulus in the support of that limit
// (docs/theory/17-bands.md).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <optional>

namespace rhochain {

// (*) The growth rate of (A^k)_jj over the last half of at most 1024 powers, the largest over vertices j too far apart
// for their walks to meet. It is slightly low, as (A^k)_jj / rho^k falls like a power of k. Nothing if the band is too
// short for 64 powers, or no walk returns. The block has reach > 0 and is not in place.
[[nodiscard]] std::optional<double> return_rate(const irreducible_block& block, Ledger& ledger);

}  // namespace rhochain
