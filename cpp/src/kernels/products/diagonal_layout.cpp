#include <rhochain/kernels/products/diagonal_layout.hpp>
#include <rhochain/kernels/space/panel_task.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace rhochain {
namespace {

std::int64_t length_of(std::int64_t offset, std::int64_t rows, std::int64_t cols) {
    return std::max<std::int64_t>(0, std::min(rows, cols - offset) - std::max<std::int64_t>(0, -offset));
}

// The first of the diagonals that row i meets; they follow one another from there.
std::size_t first_met(const std::vector<std::int64_t>& offsets, std::int64_t i) {
    return static_cast<std::size_t>(std::lower_bound(offsets.begin(), offsets.end(), -i) - offsets.begin());
}

template <storage_scalar Scalar, index_integer Index>
bool has_row_on(const std::vector<std::int64_t>& offsets, const csr_view<Scalar, Index>& W, std::int64_t i) {
    std::size_t d = first_met(offsets, i);
    for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p, ++d)
        if (d == offsets.size() || W.column(p) != i + offsets[d]) return false;
    return d == offsets.size() || i + offsets[d] >= W.cols();
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
std::optional<std::vector<std::int64_t>> whole_diagonals(const csr_view<Scalar, Index>& W, int threads) {
    constexpr std::int64_t most = 64;
    std::vector<std::int64_t> offsets;
    for (const std::int64_t i : {std::int64_t{0}, W.rows() / 2, W.rows() - 1}) {
        if (i < 0 || i >= W.rows() || W.row_end(i) - W.row_begin(i) > most) return std::nullopt;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) offsets.push_back(W.column(p) - i);
    }
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
    std::int64_t entries = 0;
    for (const std::int64_t o : offsets) entries += length_of(o, W.rows(), W.cols());
    const auto count = static_cast<std::int64_t>(offsets.size());
    if (entries != W.nnz() || entries == 0 || count > most ||
        10 * entries < 9 * diagonals<Scalar>::places(W.rows(), count))
        return std::nullopt;
    std::atomic<bool> all = true;
    over_panels(W.rows(), W.nnz(), threads, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last && all; ++i)
            if (!has_row_on(offsets, W, i)) all = false;
    });
    return all ? std::optional(std::move(offsets)) : std::nullopt;
}

template <storage_scalar Scalar, index_integer Index>
diagonals<Scalar> make_diagonals(const csr_view<Scalar, Index>& W, std::vector<std::int64_t> offsets, int threads) {
    constexpr std::int64_t group = diagonals<Scalar>::group;
    diagonals<Scalar> D{W.rows(), W.cols(), std::move(offsets), {}};
    D.values.resize(static_cast<std::size_t>(D.places(W.rows(), D.count())));
    std::fill(D.values.end() - group, D.values.end(), Scalar{0});
    // A panel is a number of groups.
    over_panels(W.rows(), W.nnz(), threads, [&](std::int64_t first, std::int64_t last) {
        const auto place = [&](std::int64_t i, std::int64_t d) {
            return D.values.data() + i / group * group * D.count() + group * d + i % group;
        };
        std::fill(place(first, 0), place((last - 1) / group * group, 0) + group * D.count(), Scalar{0});
        for (std::int64_t i = first; i < last; ++i) {
            auto d = static_cast<std::int64_t>(first_met(D.offsets, i));
            for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p, ++d) *place(i, d) = W.value(p);
        }
    });
    return D;
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                                                 \
    template std::optional<std::vector<std::int64_t>> whole_diagonals(const csr_view<Scalar, Index>&, int); \
    template diagonals<Scalar> make_diagonals(const csr_view<Scalar, Index>&, std::vector<std::int64_t>, int);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
