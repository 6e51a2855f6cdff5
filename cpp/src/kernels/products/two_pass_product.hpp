// y = f(W) x and y = f(W)^T x for W in tiles that hold fewer entries than lines of x, so that what one pass spends is
// the waiting for x. Two passes read and write in order, or within a core's own cache:
//     q_p = f(values[p]) x_c(p)    for each stretch of x the tiles that read it,
//     y_r(p) += q_p                for each stretch of y the tiles that write it,
// 32 bytes an entry in all (float64). A quarter of the stretches of y at a time, so that q, in a lease of the pool, is
// shorter than W. Each sum runs as in one pass: the bits are the same. Source: propagation blocking (Beamer, Asanovic &
// Patterson 2017), here with the places of q known beforehand.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/storage/sparse_tiles.hpp>

#include <vector>

namespace rhochain {

enum class side { forward, adjoint };

// Stretches first .. last - 1 of y are done together; they have so many entries.
struct stretch_group {
    std::int64_t first;
    std::int64_t last;
    std::int64_t entries;
};

// A quarter of the entries each, as far as whole stretches allow.
template <storage_scalar Scalar>
[[nodiscard]] std::vector<stretch_group> stretch_groups(const sparse_tiles<Scalar>& W, side of);

template <storage_scalar Scalar>
void two_pass_product(side of, const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y,
                      int threads, const panel_task* then);

}  // namespace rhochain
