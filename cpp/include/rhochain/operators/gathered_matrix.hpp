// A matrix whose rows are shared out to ranks, put together in the first of them: for what needs all entries at once,
// such as strongly connected components. Its rows keep the order of their entries. Each other rank sends its entries in
// strips of bytes, which all ranks but the first forget: 8 MB beside the matrix.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/operators/stored_entries.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace rhochain {

// Of the matrix in the first rank, with the layouts of its products left out.
[[nodiscard]] std::size_t gathered_bytes(std::int64_t rows, std::int64_t nnz, std::size_t scalar_bytes);

// (*) The map in the first rank, on a space of its own, with `memory` bytes for layouts; nothing in the others. `rows`,
// sparse, are those of S in this process; `nnz` counts the entries of all ranks.
[[nodiscard]] std::optional<linear_map> gathered_matrix(const stored_entries& rows, const space& S, std::int64_t nnz,
                                                        std::size_t memory);

}  // namespace rhochain
