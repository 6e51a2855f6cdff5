#include "slice_product.hpp"

#include <rhochain/kernels/products/sell_product.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include "storage/thread_scratch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace rhochain {
namespace {

// A chunk of slices carries about this many rows and entries together.
constexpr std::int64_t chunk_weight = 1 << 13;

// So much of W lies in the second-level caches of two cores from one product to the next.
constexpr std::size_t near_bytes = std::size_t{1} << 21;

// First slice s with offsets[s] + 8 s >= weight.
template <class Scalar>
std::int64_t slice_of_weight(const sell<Scalar>& W, std::int64_t weight) {
    std::int64_t low = 0;
    std::int64_t high = W.slices();
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (W.offsets[static_cast<std::size_t>(middle)] + middle * W.height < weight)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

template <class Scalar>
auto kernel_of([[maybe_unused]] instruction_set isa) {
    using kernel = void (*)(const slice_product<Scalar>&, std::int64_t, std::int64_t);
#ifdef RHOCHAIN_HAS_X86_KERNELS
    switch (isa) {
        case instruction_set::avx512:
            return static_cast<kernel>(avx512::multiply_slices);
        case instruction_set::avx2:
            return static_cast<kernel>(avx2::multiply_slices);
        case instruction_set::baseline:
            break;
    }
#endif
    return static_cast<kernel>(baseline::multiply_slices);
}

struct panel_of_Y;  // the user of the scratch

// Calls over_slices(product, kernel), where kernel(product, first, last) does some slices.
template <class Scalar, class OverSlices>
void multiply(const sell<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, instruction_set isa,
              const OverSlices& over_slices) {
    const slice_product<Scalar> product{.order = W.order.data(),
                                        .lengths = W.lengths.data(),
                                        .offsets = W.offsets.data(),
                                        .banded = W.banded.data(),
                                        .columns = W.columns.data(),
                                        .values = W.values.data(),
                                        .map = map,
                                        .scale = scale,
                                        .mode = best_fetch(X.rows, X.columns),
                                        .streams = sell<Scalar>::bytes(W.rows(), W.nnz()) > near_bytes,
                                        .X = X.data,
                                        .Y = Y.data,
                                        .first_row = 0,
                                        .b = X.columns};
    over_slices(product, kernel_of<Scalar>(isa));
}

template <class Scalar>
std::int64_t weight_of(const sell<Scalar>& W) {
    return W.nnz() + W.slices() * W.height;
}

}  // namespace

template <storage_scalar Scalar>
void spmm(const sell<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then, instruction_set isa) {
    const std::int64_t weight = weight_of(W);
    const std::int64_t b = X.columns;
    multiply(W, map, scale, X, Y, isa, [&](const slice_product<Scalar>& whole, auto kernel) {
        if (then == nullptr) {
            const std::int64_t chunks = std::max<std::int64_t>(1, weight / chunk_weight);
            const auto cut = [&](std::int64_t c) {
                return c == chunks ? W.slices() : slice_of_weight(W, c * (weight / chunks));
            };
            return parallel_for(threads, chunks, [&](std::int64_t c) { kernel(whole, cut(c), cut(c + 1)); });
        }
        over_panels(W.rows(), weight * b, threads, [&](std::int64_t first, std::int64_t last) {
            slice_product<Scalar> panel = whole;
            panel.first_row = first;
            // Rows of a block, written out of order, would each wait for their line of Y; this memory is still in the
            // thread's cache from the panel before.
            thread_scratch<panel_of_Y> scratch(b == 1 ? 0 : static_cast<std::size_t>(panel_rows(W.rows()) * b));
            panel.Y = b == 1 ? Y.row(first) : scratch.data();
            kernel(panel, first / W.height, W.slices(last));
            (*then)(first, last, panel.Y);
        });
    });
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                               \
    template void spmm(const sell<Scalar>&, entry_map, double, const_block, mutable_block, int, const panel_task*, \
                       instruction_set);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
