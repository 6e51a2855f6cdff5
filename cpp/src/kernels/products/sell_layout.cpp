#include <rhochain/kernels/products/sell_layout.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include "storage/position.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t height = sell<double>::height;

// Lanes of a slice that have a k-th entry; their lengths fall.
std::int64_t lanes_beyond(const std::int32_t* lengths, std::int32_t k) {
    std::int32_t active = 0;
    for (std::int64_t l = 0; l < height; ++l) active += lengths[l] > k;
    return active;
}

// Arrays of the final sizes.
template <class Scalar>
sell<Scalar> blank(std::int64_t rows, std::int64_t cols, std::int64_t nnz) {
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
    std::fill(S.order.data() + rows, S.order.data() + slices * height, -1);
    std::fill(S.lengths.data() + rows, S.lengths.data() + slices * height, 0);
    S.offsets.back() = nnz;
    return S;
}

// The order of the rows begin .. end - 1, a panel: by falling length, equal ones as they come.
template <class Scalar, class Length>
void order_panel(sell<Scalar>& S, std::int64_t begin, std::int64_t end, const Length& length) {
    std::int32_t* order = S.order.data();
    std::int64_t longest = 0;
    for (std::int64_t i = begin; i < end; ++i) longest = std::max<std::int64_t>(longest, length(i));
    if (longest <= end - begin) {
        std::vector<std::int64_t> next(at(longest + 1), 0);  // by length, the place of the next row
        for (std::int64_t i = begin; i < end; ++i) ++next[at(length(i))];
        std::exclusive_scan(next.rbegin(), next.rend(), next.rbegin(), begin);
        for (std::int64_t i = begin; i < end; ++i) order[next[at(length(i))]++] = static_cast<std::int32_t>(i);
    } else {
        std::iota(order + begin, order + end, static_cast<std::int32_t>(begin));
        std::stable_sort(order + begin, order + end, [&](auto a, auto b) { return length(a) > length(b); });
    }
    for (std::int64_t i = begin; i < end; ++i) S.lengths[at(i)] = static_cast<std::int32_t>(length(order[i]));
}

// Where the slices of the rows begin .. end - 1, in order, start from `first` on.
template <class Scalar>
void place_slices(sell<Scalar>& S, std::int64_t begin, std::int64_t end, std::int64_t first) {
    for (std::int64_t s = begin / height; s * height < end; ++s) {
        S.offsets[at(s)] = first;
        for (std::int64_t l = 0; l < height; ++l) first += S.lengths[at(s * height + l)];
    }
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

// Brings the entries of W to the panels of W^T they belong to, where they stay in the order of W: in `columns` and
// `values` of S their rows and values, in `within` their columns, from the first of the panel on. Parts of W with about
// equally many entries are counted and moved side by side.
template <class Scalar, class Index>
class panel_partition {
public:
    panel_partition(const csr_view<Scalar, Index>& W, sell<Scalar>& S, int threads)
        : panels_(panel_count(W.cols())), begins_(at(panels_ + 1)), within_(at(W.nnz())) {
        int shift = 0;
        while (std::int64_t{1} << shift < panel_rows(W.cols())) ++shift;
        const std::int64_t parts = W.nnz() < 1 << 15 ? 1 : std::int64_t{4} * threads;
        const auto first_row = [&](std::int64_t part) {
            if (part == parts) return W.rows();
            const auto wanted = static_cast<Index>(W.nnz() / parts * part);
            return std::int64_t{std::lower_bound(W.indptr.begin(), W.indptr.end() - 1, wanted) - W.indptr.begin()};
        };
        std::vector<std::int64_t> places(at(parts * panels_), 0);
        parallel_for(threads, parts, [&](std::int64_t part) {
            std::int64_t* count = places.data() + part * panels_;
            const std::int64_t last = W.row_begin(first_row(part + 1));
            for (std::int64_t p = W.row_begin(first_row(part)); p < last; ++p) ++count[W.column(p) >> shift];
        });
        std::int64_t place = 0;
        for (std::int64_t panel = 0; panel < panels_; ++panel) {
            begins_[at(panel)] = place;
            for (std::int64_t part = 0; part < parts; ++part)
                place += std::exchange(places[at(part * panels_ + panel)], place);
        }
        begins_.back() = place;
        const auto mask = static_cast<std::uint64_t>((std::int64_t{1} << shift) - 1);
        parallel_for(threads, parts, [&](std::int64_t part) {
            std::int64_t* next = places.data() + part * panels_;
            const std::int64_t last = first_row(part + 1);
            for (std::int64_t i = first_row(part); i < last; ++i)
                for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
                    const std::int64_t j = W.column(p);
                    const std::size_t q = at(next[j >> shift]++);
                    S.columns[q] = static_cast<std::int32_t>(i);
                    S.values[q] = W.value(p);
                    within_[q] = static_cast<std::uint16_t>(static_cast<std::uint64_t>(j) & mask);
                }
        });
    }

    [[nodiscard]] std::int64_t begin(std::int64_t panel) const { return begins_[at(panel)]; }
    [[nodiscard]] std::span<const std::uint16_t> within(std::int64_t panel) const {
        return std::span(within_).subspan(at(begin(panel)), at(begin(panel + 1) - begin(panel)));
    }

private:
    std::int64_t panels_;
    std::vector<std::int64_t> begins_;
    buffer<std::uint16_t> within_;
};

// Sorts the entries of the rows begin .. end - 1 of W^T, a panel, from the order of W into that of its slices.
template <class Scalar>
void sort_panel(sell<Scalar>& S, std::int64_t begin, std::int64_t end, std::span<const std::uint16_t> within) {
    // Where the next entry of each row goes, which one that is, how many all rows of its slice have, and the lengths of
    // these.
    struct cursor {
        std::int64_t place;
        std::int32_t entry;
        std::int32_t common;
        const std::int32_t* lengths;
    };
    std::vector<cursor> cursors(at(end - begin));
    for (std::int64_t i = begin; i < end; ++i) {
        const std::int32_t* lengths = S.lengths.data() + i / height * height;
        cursors[at(S.order[at(i)] - begin)] = {S.offsets[at(i / height)] + i % height, 0, lengths[height - 1], lengths};
    }
    const std::int64_t first = S.offsets[at(begin / height)];
    const std::vector<std::int32_t> rows(S.columns.data() + first, S.columns.data() + first + within.size());
    const std::vector<Scalar> values(S.values.data() + first, S.values.data() + first + within.size());
    for (std::size_t q = 0; q < within.size(); ++q) {
        cursor& c = cursors[within[q]];
        S.columns[at(c.place)] = rows[q];
        S.values[at(c.place)] = values[q];
        c.place += c.entry < c.common ? height : lanes_beyond(c.lengths, c.entry);
        ++c.entry;
    }
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
sell<Scalar> make_sell(const csr_view<Scalar, Index>& W, int threads) {
    auto S = blank<Scalar>(W.rows(), W.cols(), W.nnz());
    over_panels(W.rows(), W.rows(), threads, [&](std::int64_t begin, std::int64_t end) {
        order_panel(S, begin, end, [&](std::int64_t i) { return W.row_end(i) - W.row_begin(i); });
    });
    place_slices(S, 0, W.rows(), 0);
    parallel_ranges(threads, S.slices(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t s = begin; s < end; ++s) {
            const std::int32_t* order = S.order.data() + s * height;
            const std::int32_t* lengths = S.lengths.data() + s * height;
            std::int64_t p = S.offsets[at(s)];
            for (std::int32_t k = 0; k < lengths[0]; ++k)
                for (std::int64_t l = 0, active = lanes_beyond(lengths, k); l < active; ++l, ++p) {
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
    auto S = blank<Scalar>(W.cols(), W.rows(), W.nnz());
    const std::int64_t h = panel_rows(W.cols());
    static_assert(panel_rows(std::numeric_limits<std::int64_t>::max()) <= 1 << 16);
    const panel_partition<Scalar, Index> partition(W, S, threads);
    over_panels(W.cols(), W.nnz(), threads, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::int32_t> lengths(at(end - begin), 0);
        for (const std::uint16_t j : partition.within(begin / h)) ++lengths[j];
        order_panel(S, begin, end, [&](std::int64_t j) { return lengths[at(j - begin)]; });
        // Where the panel begins in S is known: its slices need not wait for those before it.
        place_slices(S, begin, end, partition.begin(begin / h));
        sort_panel(S, begin, end, partition.within(begin / h));
    });
    mark_bands(S, threads);
    return S;
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                               \
    template sell<Scalar> make_sell(const csr_view<Scalar, Index>&, int); \
    template sell<Scalar> make_transposed_sell(const csr_view<Scalar, Index>&, int);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
