// A block X that a product reads row by row. If the rows of X are as long as cache lines, or half lines, but do not
// begin on a line, block_on_lines copies X to an array that begins on one. A row that straddles two lines would cost
// both lines each time that an entry of W reads it.
#pragma once

#include <rhochain/kernels/products/streaming_store.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/buffer_pool.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace rhochain {

class block_on_lines {
public:
    // in_order(): whether neighbouring rows of W read the same rows of X. Then X is not copied. Called only if the rows
    // straddle lines.
    template <class InOrder>
    block_on_lines(const_block X, const InOrder& in_order, std::shared_ptr<buffer_pool> pool, int threads) : X_(X) {
        if (!straddles(X) || in_order()) return;
        copy_.emplace(std::move(pool), static_cast<std::size_t>(X.size()) * sizeof(double));
        const mutable_block copy(copy_->as<double>(), X.rows, X.columns);
        // The product reads the copy next, from the last cache if it fits there.
        constexpr std::int64_t last_cache = std::int64_t{1} << 25;
        const bool streams = X.size() * std::int64_t{sizeof(double)} >= last_cache && worth_streaming(copy);
        // Streaming stores are faster in long stretches.
        const std::int64_t range = std::int64_t{1} << (streams ? 15 : 12);
        parallel_for(threads, (X.size() + range - 1) / range, [=](std::int64_t c) {
            const std::int64_t begin = c * range;
            const std::int64_t end = std::min(X.size(), begin + range);
            if (!streams) {
                std::copy(X.data + begin, X.data + end, copy.data + begin);
                return;
            }
            constexpr std::int64_t line = cache_line / sizeof(double);
            for (std::int64_t p = begin; p < end; p += line) stream<line>(X.data + p, copy.data + p);
            finish_streaming();
        });
        X_ = copy;
    }

    [[nodiscard]] const_block get() const { return X_; }

private:
    [[nodiscard]] static bool straddles(const_block X) {
        constexpr std::int64_t second_cache = std::int64_t{1} << 20;
        constexpr std::int64_t half_line = cache_line / 2 / sizeof(double);
        return X.columns % half_line == 0 && reinterpret_cast<std::uintptr_t>(X.data) % cache_line != 0 &&
               X.size() * std::int64_t{sizeof(double)} > second_cache;
    }

    std::optional<buffer_pool::lease> copy_;
    const_block X_;
};

}  // namespace rhochain
