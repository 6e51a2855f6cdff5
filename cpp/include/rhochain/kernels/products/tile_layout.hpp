// From CSR to tiles (sparse_tiles.hpp): each row of tiles by itself, its entries first brought to their tiles and then
// sorted tile by tile in a core's own cache.
#pragma once

#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/sparse_tiles.hpp>

#include <optional>

namespace rhochain {

// The tiles for products by `threads` threads: as small as leaves several entries for each cache line of x that a tile
// reads. None where tiles do not pay (docs/performance/design.md): few entries, an x that the first caches hold or one
// so long that even large tiles hold too few of its entries, a band.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] std::optional<tile_shape> useful_tiles(const csr_view<Scalar, Index>& W, int threads);

// None if a row of W is not sorted, or if a few stretches of y have more entries than the scratch of two passes.
// Products in two passes lease their scratch from `pool`. Memory during the call: for each thread a copy of a tile and
// a few numbers for each column of the tile.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] std::optional<sparse_tiles<Scalar>> make_tiles(const csr_view<Scalar, Index>& W, const tile_shape& shape,
                                                             int threads, std::shared_ptr<buffer_pool> pool = nullptr);

}  // namespace rhochain
