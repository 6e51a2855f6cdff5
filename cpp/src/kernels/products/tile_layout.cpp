#include "two_pass_product.hpp"

#include <rhochain/kernels/products/row_pattern.hpp>
#include <rhochain/kernels/products/tile_layout.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/storage/row_panels.hpp>
#include "storage/position.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t numbers_a_line = cache_line / sizeof(double);

int floor_log2(std::int64_t n) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n))) - 1; }

// Tiles of about 2^wanted rows and columns, but at least `fewest` in a row or column of them.
template <storage_scalar Scalar, index_integer Index>
tile_shape shape_of(const csr_view<Scalar, Index>& W, int wanted, std::int64_t fewest) {
    const auto shift = [&](std::int64_t n) {
        return std::max(floor_log2(panel_rows(n)), std::min(wanted, floor_log2(n / fewest + 1)));
    };
    tile_shape shape;
    shape.row_shift = shift(W.rows());
    shape.column_shift = shift(W.cols());
    shape.rows = ((W.rows() - 1) >> shape.row_shift) + 1;
    shape.columns = ((W.cols() - 1) >> shape.column_shift) + 1;
    return shape;
}

template <storage_scalar Scalar, index_integer Index>
std::optional<tile_shape> useful_in_two_passes(const csr_view<Scalar, Index>& W, int threads) {
    constexpr std::int64_t beyond_caches = std::int64_t{1} << 21;
    constexpr std::int64_t fewest_a_tile = 256;
    if (std::min(W.rows(), W.cols()) < beyond_caches || !is_scattered(W)) return std::nullopt;
    tile_shape shape = shape_of(W, tile_shape::place_bits, std::int64_t{16} * threads);
    if (W.nnz() / shape.count() < fewest_a_tile) return std::nullopt;
    shape.two_passes = true;
    return shape;
}

// Whether the scratch holds every group of stretches, as it does unless a few stretches of y have most entries of W.
template <class Scalar>
bool scratch_suffices(const sparse_tiles<Scalar>& T) {
    for (const side of : {side::forward, side::adjoint})
        for (const stretch_group& g : stretch_groups(T, of))
            if (g.entries > T.scratch_size(T.nnz())) return false;
    return true;
}

// Arrays in which a tile is sorted, used again for the next.
template <class Scalar>
struct sorting_scratch {
    std::vector<std::uint32_t> places;
    std::vector<Scalar> values;
    std::vector<std::int32_t> next;  // by key, the place of its next entry
};

// Sorts the entries begin .. end - 1 of T, a tile as fill_tile_row leaves it, by c + floor(r / skew).
template <class Scalar>
void sort_tile(sparse_tiles<Scalar>& T, std::int64_t begin, std::int64_t end, sorting_scratch<Scalar>& scratch) {
    scratch.places.assign(T.places.data() + begin, T.places.data() + end);
    scratch.values.assign(T.values.data() + begin, T.values.data() + end);
    const auto key = [](std::uint32_t place) {
        return at((place & tile_shape::column_mask) + (place >> tile_shape::place_bits) / tile_shape::skew);
    };
    const std::int64_t keys =
        (std::int64_t{1} << T.shape.column_shift) + (std::int64_t{1} << T.shape.row_shift) / tile_shape::skew;
    scratch.next.assign(at(keys + 1), 0);
    for (const std::uint32_t place : scratch.places) ++scratch.next[key(place) + 1];
    std::inclusive_scan(scratch.next.begin(), scratch.next.end(), scratch.next.begin());
    for (std::size_t p = 0; p < scratch.places.size(); ++p) {
        const std::int64_t q = begin + scratch.next[key(scratch.places[p])]++;
        T.places[at(q)] = scratch.places[p];
        T.values[at(q)] = scratch.values[p];
    }
}

// Fills the tiles of row I. False if a row of W is not sorted.
template <class Scalar, class Index>
bool fill_tile_row(sparse_tiles<Scalar>& T, const csr_view<Scalar, Index>& W, std::int64_t I,
                   sorting_scratch<Scalar>& scratch) {
    const tile_shape& shape = T.shape;
    const std::int64_t first = I << shape.row_shift;
    const std::int64_t last = std::min(W.rows(), first + (std::int64_t{1} << shape.row_shift));
    std::vector<std::int64_t> next(at(shape.columns + 1), 0);  // by tile, the place of its next entry
    for (std::int64_t p = W.row_begin(first); p < W.row_begin(last); ++p)
        ++next[at((W.column(p) >> shape.column_shift) + 1)];
    next[0] = W.row_begin(first);
    for (std::int64_t J = 0; J < shape.columns; ++J) next[at(J + 1)] += next[at(J)];
    std::copy_n(next.data(), shape.columns, T.offsets.data() + I * shape.columns);
    const std::int64_t mask = (std::int64_t{1} << shape.column_shift) - 1;
    bool sorted = true;
    // Rows that share a key are met far apart, where no processor looks ahead by itself.
    constexpr std::int64_t rows_ahead = 8;
    for (std::int64_t low = first; low < std::min(last, first + tile_shape::skew); ++low)
        for (std::int64_t i = low; i < last; i += tile_shape::skew) {
            const std::int64_t later = std::min(last - 1, i + rows_ahead * tile_shape::skew);
            for (const std::int64_t p : {W.row_begin(later), W.row_end(later)}) {
                __builtin_prefetch(W.indices.data() + p);
                __builtin_prefetch(W.values.data() + p);
            }
            std::int64_t previous = -1;
            const std::int64_t end = W.row_end(i);
            for (std::int64_t p = W.row_begin(i); p < end; ++p) {
                const std::int64_t j = W.column(p);
                sorted &= std::exchange(previous, j) < j;
                const std::int64_t q = next[at(j >> shape.column_shift)]++;
                T.places[at(q)] = static_cast<std::uint32_t>((i - first) << tile_shape::place_bits | (j & mask));
                T.values[at(q)] = W.value(p);
            }
        }
    std::int64_t begin = W.row_begin(first);
    for (std::int64_t J = 0; J < shape.columns; ++J)
        sort_tile(T, std::exchange(begin, next[at(J)]), next[at(J)], scratch);
    return sorted;
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
std::optional<tile_shape> useful_tiles(const csr_view<Scalar, Index>& W, int threads) {
    constexpr std::int64_t fewest_entries = std::int64_t{1} << 19;
    constexpr std::int64_t shortest = std::int64_t{1} << 13;
    if (W.nnz() < fewest_entries || std::min(W.rows(), W.cols()) < shortest || is_band(W)) return std::nullopt;
    constexpr int in_first_cache = 12;
    constexpr int in_second_cache = 15;
    constexpr double entries_a_line = 4.0;
    constexpr double fewest_a_line = 1.25;
    const double density =
        static_cast<double>(W.nnz()) / (static_cast<double>(W.rows()) * static_cast<double>(W.cols()));
    const double side = entries_a_line / (numbers_a_line * density);
    const int wanted = std::clamp(static_cast<int>(std::ceil(std::log2(side))), in_first_cache, in_second_cache);
    tile_shape shape = shape_of(W, wanted, std::int64_t{4} * threads);
    const double narrower = std::exp2(std::min(shape.row_shift, shape.column_shift));
    if (density * numbers_a_line * narrower >= fewest_a_line) return shape;
    return useful_in_two_passes(W, threads);
}

template <storage_scalar Scalar, index_integer Index>
std::optional<sparse_tiles<Scalar>> make_tiles(const csr_view<Scalar, Index>& W, const tile_shape& shape, int threads,
                                               std::shared_ptr<buffer_pool> pool) {
    sparse_tiles<Scalar> T;
    T.n_rows = W.rows();
    T.n_cols = W.cols();
    T.shape = shape;
    T.offsets.resize(at(shape.count() + 1));
    T.places.resize(at(W.nnz()));
    T.values.resize(at(W.nnz()));
    T.offsets.back() = W.nnz();
    std::atomic<bool> sorted = true;
    parallel_for(threads, shape.rows, [&](std::int64_t I) {
        sorting_scratch<Scalar> scratch;
        if (sorted && !fill_tile_row(T, W, I, scratch)) sorted = false;
    });
    if (!sorted) return std::nullopt;
    if (!shape.two_passes) return T;
    if (!scratch_suffices(T)) return std::nullopt;
    T.pool = std::move(pool);
    return T;
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                                                         \
    template std::optional<tile_shape> useful_tiles(const csr_view<Scalar, Index>&, int);                           \
    template std::optional<sparse_tiles<Scalar>> make_tiles(const csr_view<Scalar, Index>&, const tile_shape&, int, \
                                                            std::shared_ptr<buffer_pool>);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
