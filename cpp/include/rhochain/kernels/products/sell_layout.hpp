// From CSR to sliced jagged diagonals (sell.hpp), of W or of W^T. For W^T no intermediate copy is made: a first pass
// moves each entry to its panel of W^T, within the arrays of the result, and a second pass sorts each panel in a core's
// own cache. The lengths of the rows determine the place of every entry, so that threads may fill places in any order.
#pragma once

#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/sell.hpp>

namespace rhochain {

// Requires sell::fits. Memory on the way: a few numbers a row; for W^T two bytes an entry and a copy of a panel a
// thread.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] sell<Scalar> make_sell(const csr_view<Scalar, Index>& W, int threads);

// W^T: row j of the result lists the rows of W that hold column j, from first to last.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] sell<Scalar> make_transposed_sell(const csr_view<Scalar, Index>& W, int threads);

}  // namespace rhochain
