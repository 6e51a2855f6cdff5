// A matrix whose rows are shared out to ranks, put together in the first of them: for what needs all entries at once,
// such as strongly connected components. Its rows keep the order of their entries. Each other rank sends its entries in
// strips of bytes, which all ranks but the first forget: 8 MB beside the matrix.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/storage/csr.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace rhochain {

// Of the matrix in the first rank, with the layouts of its products left out.
[[nodiscard]] std::size_t gathered_bytes(std::int64_t rows, std::int64_t nnz, std::size_t scalar_bytes);

// (*) The map in the first rank, on a space of its own, with `memory` bytes for layouts; nothing in the others. `rows`
// are those of S in this process; `cols` and `nnz` are of the whole matrix.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] std::optional<linear_map> gathered_matrix(const csr_view<Scalar, Index>& rows, const space& S,
                                                        std::int64_t cols, std::int64_t nnz, std::size_t memory);

}  // namespace rhochain
