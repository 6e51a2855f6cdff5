// mu_D of an irreducible block [[a, b], [c, e]]. The product b c and the determinant do not depend on D, so sigma_1 is
// least where the Frobenius norm is, at |b'| = |c'| = sqrt|b c|; then
//     sigma_1 = (hypot(a + e, c' - b') + hypot(a - e, b' + c')) / 2.
// PROVED: the bounds move outwards by rounding and by entries that underflowed in the normalisation.
#pragma once

#include "spectra/scaling/block_scaling.hpp"

namespace rhochain {

// block.map() is 2 x 2, in this process, with b, c != 0 in the matrix that it stands for. Two products.
[[nodiscard]] block_scaling scale_two_by_two(const irreducible_block& block, Ledger& ledger);

}  // namespace rhochain
