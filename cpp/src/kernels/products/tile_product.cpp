#include "two_pass_product.hpp"

#include <rhochain/kernels/products/tile_product.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include "storage/thread_scratch.hpp"

#include <algorithm>

namespace rhochain {
namespace {

constexpr std::int64_t numbers_a_line = cache_line / sizeof(double);

struct stretch_of_y;  // the user of the scratch

// A tile, as one side of the product sees it: x and y start with the tile's stretch of them.
template <class Scalar>
struct tile_work {
    const std::uint32_t* places;
    const Scalar* values;
    std::int64_t count;
    const double* x;
    double* y;
    // What comes after it, asked for on the way.
    const std::uint32_t* next_places;
    const Scalar* next_values;
    const double* next_x;
    std::int64_t next_lines;
};

// How often a line of entries is asked for ahead of time, into the second-level cache. Once, in turns of 16 entries, is
// best while x and y of a tile lie in the first. Where every entry misses that, the processor drops the
// requests for which it has no free slot: turns of 4 ask two to four times.
enum class turn : std::int64_t { once_a_line = 16, again = 4 };

template <side Side, turn Turn, class Scalar, class Map>
void add_tile(const tile_work<Scalar>& tile, const Map& f) {
    constexpr auto group = static_cast<std::int64_t>(Turn);
    constexpr std::int64_t values_a_line = cache_line / sizeof(Scalar);
    constexpr std::int64_t stream_ahead = 512;
    const std::uint32_t* const places = tile.places;
    const Scalar* const values = tile.values;
    const std::int64_t count = tile.count;
    const double* const x = tile.x;
    double* const y = tile.y;
    const auto add = [=, &f](std::int64_t p) {
        const std::uint32_t r = places[p] >> tile_shape::place_bits;
        const std::uint32_t c = places[p] & tile_shape::column_mask;
        if constexpr (Side == side::forward)
            y[r] += f(values[p]) * x[c];
        else
            y[c] += f(values[p]) * x[r];
    };
    const std::int64_t groups = count / group;
    const std::int64_t lines_a_group = groups == 0 ? 0 : (tile.next_lines + groups - 1) / groups;
    std::int64_t p = 0;
    for (const double* line = tile.next_x; p + group <= count; p += group) {
        const std::int64_t q = p + stream_ahead;
        __builtin_prefetch(q < count ? places + q : tile.next_places + (q - count), 0, 1);
        const Scalar* ahead = q < count ? values + q : tile.next_values + (q - count);
        for (std::int64_t k = 0; k < group; k += values_a_line) __builtin_prefetch(ahead + k, 0, 1);
        for (std::int64_t k = 0; k < lines_a_group; ++k, line += numbers_a_line) __builtin_prefetch(line, 0, 2);
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < group; ++k) add(p + k);
    }
    for (; p < count; ++p) add(p);
}

// The tiles of a row one after another, or of a column for the adjoint product; stretch `own` of y and what is done
// with it.
template <side Side, turn Turn, class Scalar, class Map>
void add_tiles(const sparse_tiles<Scalar>& W, const Map& f, std::int64_t own, const double* x, double* y) {
    constexpr bool forward = Side == side::forward;
    const tile_shape& shape = W.shape;
    const std::int64_t others = forward ? shape.columns : shape.rows;
    const std::int64_t x_size = forward ? W.cols() : W.rows();
    const int x_shift = forward ? shape.column_shift : shape.row_shift;
    const auto begin = [&](std::int64_t k) {
        return W.offsets.data() + (forward ? own * shape.columns + k : k * shape.columns + own);
    };
    for (std::int64_t k = 0; k < others; ++k) {
        const std::int64_t first = begin(k)[0];
        const std::int64_t next = *begin(std::min(k + 1, others - 1));
        // Forward, x is read nearly in order, and the processor looks ahead by itself.
        const std::int64_t next_x = std::min(x_size, (k + 1) << x_shift);
        const std::int64_t next_size = forward ? 0 : std::min(x_size, (k + 2) << x_shift) - next_x;
        add_tile<Side, Turn>(tile_work<Scalar>{W.places.data() + first, W.values.data() + first, begin(k)[1] - first,
                                               x + (k << x_shift), y, W.places.data() + next, W.values.data() + next,
                                               x + next_x, next_size / numbers_a_line},
                             f);
    }
}

template <side Side, class Scalar>
void multiply(const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y, int threads,
              const panel_task* then) {
    if (W.shape.two_passes) return two_pass_product(Side, W, map, scale, x, y, threads, then);
    constexpr bool forward = Side == side::forward;
    const std::int64_t n = forward ? W.rows() : W.cols();
    const int shift = forward ? W.shape.row_shift : W.shape.column_shift;
    const std::int64_t h = panel_rows(n);
    const bool near = std::max(W.shape.row_shift, W.shape.column_shift) <= 13;
    with_entry_map(map, scale, [&](const auto& f) {
        parallel_for(threads, forward ? W.shape.rows : W.shape.columns, [&](std::int64_t own) {
            const std::int64_t first = own << shift;
            const std::int64_t last = std::min(n, (own + 1) << shift);
            // Sums that go to the panel task need not pass through y: the thread's cache still holds the scratch of the
            // stretch before.
            thread_scratch<stretch_of_y> scratch(then ? static_cast<std::size_t>(last - first) : 0);
            double* sums = then ? scratch.data() : y + first;
            std::fill(sums, sums + (last - first), 0.0);
            near ? add_tiles<Side, turn::once_a_line>(W, f, own, x, sums)
                 : add_tiles<Side, turn::again>(W, f, own, x, sums);
            if (!then) return;
            for (std::int64_t i = first; i < last; i += h) (*then)(i, std::min(last, i + h), sums + (i - first));
        });
    });
}

}  // namespace

template <storage_scalar Scalar>
void spmv(const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y, int threads,
          const panel_task* then) {
    multiply<side::forward>(W, map, scale, x, y, threads, then);
}

template <storage_scalar Scalar>
void spmv_adjoint(const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y, int threads,
                  const panel_task* then) {
    multiply<side::adjoint>(W, map, scale, x, y, threads, then);
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                        \
    template void spmv(const sparse_tiles<Scalar>&, entry_map, double, const double*, double*, int,         \
                       const panel_task*);                                                                  \
    template void spmv_adjoint(const sparse_tiles<Scalar>&, entry_map, double, const double*, double*, int, \
                               const panel_task*);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
