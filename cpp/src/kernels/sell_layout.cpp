#include <rhochain/kernels/panel_task.hpp>
#include <rhochain/kernels/sell_layout.hpp>

#include <algorithm>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t height = sell<double>::height;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Lanes of a slice that have a k-th entry; their lengths fall.
std::int64_t lanes_beyond(const std::int32_t* lengths, std::int64_t k) {
    std::int64_t active = 0;
    while (active < height && lengths[active] > k) ++active;
    return active;
}

// Everything but the entries, from the length of each row.
template <class Scalar, class Length>
sell<Scalar> arrange(std::int64_t rows, std::int64_t cols, std::int64_t nnz, const Length& length, int threads) {
    using layout = sell<Scalar>;
    const std::int64_t slices = layout::slices(rows);
    layout S;
    S.n_rows = rows;
    S.n_cols = cols;
    S.order.resize(at(slices * height));
    S.lengths.resize(at(slices * height));
    S.offsets.resize(at(slices + 1));
    S.banded.resize(at(slices));
    S.columns.resize(at(nnz + layout::lookahead));
    S.values.resize(at(nnz));
    std::fill_n(S.columns.data() + nnz, layout::lookahead, 0);
    over_panels(rows, rows, threads, [&](std::int64_t begin, std::int64_t end) {
        std::int32_t* order = S.order.data();
        for (std::int64_t i = begin; i < end; ++i) order[i] = static_cast<std::int32_t>(i);
        std::stable_sort(order + begin, order + end, [&](auto a, auto b) { return length(a) > length(b); });
        for (std::int64_t i = begin; i < end; ++i) S.lengths[at(i)] = static_cast<std::int32_t>(length(order[i]));
    });
    std::fill(S.order.data() + rows, S.order.data() + slices * height, -1);
    std::fill(S.lengths.data() + rows, S.lengths.data() + slices * height, 0);
    S.offsets[0] = 0;
    for (std::int64_t s = 0; s < slices; ++s) {
        std::int64_t entries = 0;
        for (std::int64_t l = 0; l < height; ++l) entries += S.lengths[at(s * height + l)];
        S.offsets[at(s + 1)] = S.offsets[at(s)] + entries;
    }
    return S;
}

// Marks the slices of a band.
template <class Scalar>
void mark_bands(sell<Scalar>& S, int threads) {
    parallel_ranges(threads, S.slices(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t s = begin; s < end; ++s) {
            const std::int32_t* lengths = S.lengths.data() + s * height;
            bool banded = lengths[0] == lengths[height - 1];
            for (std::int64_t p = S.offsets[at(s)]; banded && p < S.offsets[at(s + 1)]; p += height)
                for (std::int64_t l = 1; l < height; ++l)
                    banded &= S.columns[at(p + l)] == S.columns[at(p)] + static_cast<std::int32_t>(l);
            S.banded[at(s)] = banded;
        }
    });
    S.banded_slices = std::count(S.banded.begin(), S.banded.end(), 1);
}

// Calls body(first, width) for strips of columns, one a thread: each reads all of W.
template <class Body>
void over_column_strips(std::int64_t cols, int threads, const Body& body) {
    const std::int64_t strips = std::clamp<std::int64_t>(cols / 1024, 1, threads);
    parallel_for(threads, strips, [&](std::int64_t s) {
        const std::int64_t first = cols * s / strips;
        body(first, static_cast<std::uint64_t>(cols * (s + 1) / strips - first));
    });
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
sell<Scalar> make_sell(const csr_view<Scalar, Index>& W, int threads) {
    auto S = arrange<Scalar>(
        W.rows(), W.cols(), W.nnz(), [&](std::int64_t i) { return W.row_end(i) - W.row_begin(i); }, threads);
    parallel_ranges(threads, S.slices(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t s = begin; s < end; ++s) {
            const std::int32_t* order = S.order.data() + s * height;
            const std::int32_t* lengths = S.lengths.data() + s * height;
            std::int64_t p = S.offsets[at(s)];
            for (std::int64_t k = 0; k < lengths[0]; ++k)
                for (std::int64_t l = 0; l < lanes_beyond(lengths, k); ++l, ++p) {
                    const std::int64_t source = W.row_begin(order[l]) + k;
                    S.columns[at(p)] = static_cast<std::int32_t>(W.column(source));
                    S.values[at(p)] = W.value(source);
                }
        }
    });
    mark_bands(S, threads);
    return S;
}

template <storage_scalar Scalar, index_integer Index>
sell<Scalar> make_transposed_sell(const csr_view<Scalar, Index>& W, int threads) {
    // First the number of entries of each column, then where its next entry goes and which one that is.
    struct cursor {
        std::int64_t place = 0;
        std::int32_t slice = 0;
        std::int32_t entry = 0;
    };
    std::vector<cursor> cursors(at(W.cols()));
    const auto over_entries = [&](const auto& body) {
        over_column_strips(W.cols(), threads, [&](std::int64_t first, std::uint64_t width) {
            for (std::int64_t i = 0; i < W.rows(); ++i)
                for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
                    if (static_cast<std::uint64_t>(W.column(p) - first) < width) body(i, p, cursors[at(W.column(p))]);
        });
    };
    over_entries([](std::int64_t, std::int64_t, cursor& c) { ++c.entry; });
    auto S = arrange<Scalar>(
        W.cols(), W.rows(), W.nnz(), [&](std::int64_t j) { return cursors[at(j)].entry; }, threads);
    parallel_ranges(threads, W.cols(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            cursors[at(S.order[at(i)])] = {S.offsets[at(i / height)] + i % height, static_cast<std::int32_t>(i / height),
                                           0};
    });
    over_entries([&](std::int64_t i, std::int64_t p, cursor& c) {
        S.columns[at(c.place)] = static_cast<std::int32_t>(i);
        S.values[at(c.place)] = W.value(p);
        c.place += lanes_beyond(S.lengths.data() + c.slice * height, c.entry++);
    });
    mark_bands(S, threads);
    return S;
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                \
    template sell<Scalar> make_sell(const csr_view<Scalar, Index>&, int); \
    template sell<Scalar> make_transposed_sell(const csr_view<Scalar, Index>&, int);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
