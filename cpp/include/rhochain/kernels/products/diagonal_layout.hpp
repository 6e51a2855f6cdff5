// From CSR to diagonals (diagonals.hpp), where every entry lies on one that is stored from end to end.
#pragma once

#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/diagonals.hpp>

#include <optional>
#include <vector>

namespace rhochain {

// The offsets of the diagonals, rising. None unless W consists of at most 64 whole diagonals that fill nine places in
// ten, and its rows are sorted. O(1) for most other matrices, O(nnz) at most.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] std::optional<std::vector<std::int64_t>> whole_diagonals(const csr_view<Scalar, Index>& W, int threads);

// `offsets` as above.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] diagonals<Scalar> make_diagonals(const csr_view<Scalar, Index>& W, std::vector<std::int64_t> offsets,
                                               int threads);

}  // namespace rhochain
