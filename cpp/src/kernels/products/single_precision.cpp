#include <rhochain/kernels/products/single_precision.hpp>
#include <rhochain/kernels/space/parallel.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rhochain {
namespace {

template <class From, class To>
void convert(const From* from, To* to, std::int64_t size, int threads) {
    parallel_ranges(threads, size, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) to[i] = static_cast<To>(from[i]);
    });
}

std::int64_t whole_lines(std::int64_t size) {
    constexpr auto line = static_cast<std::int64_t>(cache_line / sizeof(double));
    return (size + line - 1) / line * line;
}

}  // namespace

void single_precision_product(const block_product& apply, block_view<const float> X, block_view<float> Y,
                              std::shared_ptr<buffer_pool> pool, int threads) {
    buffer_pool::lease scratch(std::move(pool),
                               static_cast<std::size_t>(whole_lines(X.size()) + Y.size()) * sizeof(double));
    auto* const wide = scratch.as<double>();
    const mutable_block wide_X(wide, X.rows, X.columns);
    const mutable_block wide_Y(wide + whole_lines(X.size()), Y.rows, Y.columns);
    convert(X.data, wide_X.data, X.size(), threads);
    apply(wide_X, wide_Y);
    convert(wide_Y.data, Y.data, Y.size(), threads);
}

}  // namespace rhochain
