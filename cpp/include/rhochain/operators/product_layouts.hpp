// The layouts in which products read a sparse W. The first product that needs a layout makes it, within `memory` bytes
// in all:
//     bands    (diagonals.hpp) for all products, where W consists of whole diagonals;
//     tiles    (sparse_tiles.hpp) for one vector, W and W^T alike, where tiles are of use;
//     rows     (sell.hpp, of W) for one vector where there are no tiles;
//     columns  (sell.hpp, of W^T) for blocks, and for one vector where there are no tiles.
// Products of W with blocks read W as it is, unless it is a band.
// pool() has the rest of `memory`, for results, copies of blocks and the products between two passes. Where `memory`
// holds only one of rows and columns, columns are made: their absence costs more. Without memory from the system a
// layout is left out as well.
// Any number of threads may call it at a time. W must outlive it.
#pragma once

#include <rhochain/kernels/products/diagonal_layout.hpp>
#include <rhochain/kernels/products/sell_layout.hpp>
#include <rhochain/kernels/products/tile_layout.hpp>
#include <rhochain/storage/buffer_pool.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

namespace rhochain {

template <storage_scalar Scalar, index_integer Index>
class product_layouts {
public:
    product_layouts(const csr_view<Scalar, Index>& W, std::size_t memory)
        : W_(W), memory_(memory), pool_(std::make_shared<buffer_pool>(memory)) {}
    ~product_layouts() { pool_->set_limit(0); }
    product_layouts(const product_layouts&) = delete;
    product_layouts& operator=(const product_layouts&) = delete;

    [[nodiscard]] const std::shared_ptr<buffer_pool>& pool() const { return pool_; }

    // Each is null if the layout does not exist. `make`: whether it may be made now.
    [[nodiscard]] const diagonals<Scalar>* bands(bool make, int threads) {
        return get(bands_, make, [&]() -> std::optional<diagonals<Scalar>> {
            auto offsets = whole_diagonals(W_, threads);
            if (!offsets) return std::nullopt;
            const auto count = static_cast<std::int64_t>(offsets->size());
            if (!reserve(diagonals<Scalar>::bytes(W_.rows(), count))) return std::nullopt;
            return make_diagonals(W_, *std::move(offsets), threads);
        });
    }
    [[nodiscard]] const sparse_tiles<Scalar>* tiles(bool make, int threads) {
        return get(tiles_, make, [&]() -> std::optional<sparse_tiles<Scalar>> {
            const auto shape = useful_tiles(W_, threads);
            if (!shape) return std::nullopt;
            const std::size_t bytes = sparse_tiles<Scalar>::bytes(*shape, W_.nnz());
            const std::size_t scratch = sparse_tiles<Scalar>::scratch_bytes(*shape, W_.nnz());
            if (!affordable(bytes + scratch) || !reserve(bytes)) return std::nullopt;
            return make_tiles(W_, *shape, threads, pool_);
        });
    }
    [[nodiscard]] const sell<Scalar>* rows(bool make, int threads) {
        return get(rows_, make, [&]() -> std::optional<sell<Scalar>> {
            const std::size_t reserved = columns_.held ? 0 : sell<Scalar>::bytes(W_.cols(), W_.nnz());
            const std::size_t bytes = sell<Scalar>::bytes(W_.rows(), W_.nnz());
            if (!fits() || !affordable(bytes + reserved) || !reserve(bytes)) return std::nullopt;
            return make_sell(W_, threads);
        });
    }
    [[nodiscard]] const sell<Scalar>* columns(bool make, int threads) {
        return get(columns_, make, [&]() -> std::optional<sell<Scalar>> {
            if (!fits() || !reserve(sell<Scalar>::bytes(W_.cols(), W_.nnz()))) return std::nullopt;
            return make_transposed_sell(W_, threads);
        });
    }

    // Of the layouts that exist.
    [[nodiscard]] std::size_t bytes() const {
        const std::lock_guard lock(mutex_);
        return held_bytes();
    }

private:
    template <class Layout>
    struct slot {
        std::atomic<bool> decided = false;
        std::optional<Layout> held;
    };

    template <class Layout, class Make>
    const Layout* get(slot<Layout>& s, bool make, const Make& maker) {
        if (!s.decided.load(std::memory_order_acquire)) {
            if (!make) return nullptr;
            const std::lock_guard lock(mutex_);
            if (!s.decided.load(std::memory_order_relaxed)) {
                try {
                    s.held = maker();
                } catch (const std::bad_alloc&) {
                    // Products do not need the layout.
                }
                pool_->set_limit(affordable(0) ? memory_ - held_bytes() : 0);
                s.decided.store(true, std::memory_order_release);
            }
        }
        return s.held ? &*s.held : nullptr;
    }

    [[nodiscard]] bool fits() const { return sell<Scalar>::fits(W_.rows(), W_.cols()); }
    [[nodiscard]] bool affordable(std::size_t bytes) const {
        const std::size_t held = held_bytes();
        return held <= memory_ && bytes <= memory_ - held;
    }
    // Takes the bytes from pool().
    [[nodiscard]] bool reserve(std::size_t bytes) const {
        if (!affordable(bytes)) return false;
        pool_->set_limit(memory_ - held_bytes() - bytes);
        return true;
    }
    [[nodiscard]] std::size_t held_bytes() const {
        return (bands_.held ? diagonals<Scalar>::bytes(W_.rows(), bands_.held->count()) : 0) +
               (tiles_.held ? sparse_tiles<Scalar>::bytes(tiles_.held->shape, W_.nnz()) : 0) +
               (rows_.held ? sell<Scalar>::bytes(W_.rows(), W_.nnz()) : 0) +
               (columns_.held ? sell<Scalar>::bytes(W_.cols(), W_.nnz()) : 0);
    }

    csr_view<Scalar, Index> W_;
    std::size_t memory_;
    std::shared_ptr<buffer_pool> pool_;
    mutable std::mutex mutex_;
    slot<diagonals<Scalar>> bands_;
    slot<sparse_tiles<Scalar>> tiles_;
    slot<sell<Scalar>> rows_;
    slot<sell<Scalar>> columns_;
};

}  // namespace rhochain
