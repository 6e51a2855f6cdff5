// y = f(W) x and y = f(W)^T x for W in tiles (sparse_tiles.hpp), f an entrywise map (entry_map.hpp). A thread does
// whole rows of tiles, or whole columns of them for W^T: no atomics. The bits are those of the CSR product (spmm.hpp),
// for any number of threads and any shape of the tiles.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/storage/sparse_tiles.hpp>

namespace rhochain {

// x and y do not overlap. `then`, if given, is called for each panel of y; a tile has at least as many rows, and
// columns, as a panel of them (row_panels.hpp).
template <storage_scalar Scalar>
void spmv(const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y, int threads,
          const panel_task* then = nullptr);

template <storage_scalar Scalar>
void spmv_adjoint(const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y, int threads,
                  const panel_task* then = nullptr);

}  // namespace rhochain
