#include <rhochain/kernels/products/row_pattern.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/row_panels.hpp>

#include <algorithm>
#include <vector>

namespace rhochain {

template <storage_scalar Scalar, index_integer Index>
bool is_band(const csr_view<Scalar, Index>& W) {
    constexpr std::int64_t sample = 256;
    if (W.rows() < 2) return false;
    std::int64_t repeated = 0;
    for (std::int64_t k = 0; k < sample; ++k) {
        const std::int64_t i = (W.rows() - 2) * k / sample;
        const std::int64_t begin = W.row_begin(i), length = W.row_end(i) - begin;
        bool repeats = length > 0 && W.row_end(i + 1) - W.row_begin(i + 1) == length;
        for (std::int64_t p = begin; repeats && p < begin + length; ++p)
            repeats = W.column(p + length) == W.column(p) + 1;
        repeated += repeats;
    }
    return 2 * repeated > sample;
}

template <storage_scalar Scalar, index_integer Index>
bool is_scattered(const csr_view<Scalar, Index>& W) {
    constexpr std::int64_t sample = 8;
    constexpr std::int64_t numbers_a_line = cache_line / sizeof(double);
    std::int64_t scattered = 0;
    for (std::int64_t k = 0; k < sample; ++k) {
        const std::int64_t first = W.rows() * k / sample;
        const std::int64_t last = std::min(W.rows(), first + panel_rows(W.rows()));
        std::vector<std::int64_t> lines;
        lines.reserve(static_cast<std::size_t>(W.row_begin(last) - W.row_begin(first)));
        for (std::int64_t p = W.row_begin(first); p < W.row_begin(last); ++p)
            lines.push_back(W.column(p) / numbers_a_line);
        std::sort(lines.begin(), lines.end());
        const std::int64_t met = std::unique(lines.begin(), lines.end()) - lines.begin();
        scattered += 2 * met > static_cast<std::int64_t>(lines.size());
    }
    return 2 * scattered > sample;
}

#define RHOCHAIN_INSTANTIATE(Scalar, Index)                \
    template bool is_band(const csr_view<Scalar, Index>&); \
    template bool is_scattered(const csr_view<Scalar, Index>&);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
