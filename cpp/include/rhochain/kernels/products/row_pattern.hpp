// Where the rows of a sparse W read x, from a sample of the rows. The choice of a layout depends on this pattern.
#pragma once

#include <rhochain/storage/csr.hpp>

namespace rhochain {

// Whether most rows repeat the one above them a column further on.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] bool is_band(const csr_view<Scalar, Index>& W);

// Whether a panel of rows reads about as many lines of x as it has entries, in most of the panels looked at.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] bool is_scattered(const csr_view<Scalar, Index>& W);

}  // namespace rhochain
