// From CSR to sliced jagged diagonals (sell.hpp): W itself, or W^T without a copy of it on the way: its entries are
// first brought to the panel of W^T they belong to, within the arrays of the result, and then sorted panel by panel in
// a core's own cache. Every entry's place follows from the lengths of the rows, so that threads fill it in any order.
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
