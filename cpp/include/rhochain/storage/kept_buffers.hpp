// Memory of buffers that a thread has released, for its next buffers of the same size. A solver of a small matrix makes
// some tens of arrays of n^2 numbers; returned to the system after each matrix and taken again page by page, they cost
// a fifth of its time. While a `scope` exists, the buffers (buffer.hpp) of its thread come from the store and go there.
// Invariant: a store keeps at most most_bytes and most_kept buffers, none below least_bytes; one thread at a time uses
// it.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rhochain {

class kept_buffers {
public:
    static constexpr std::size_t least_bytes = std::size_t{1} << 12;
    static constexpr std::size_t most_bytes = std::size_t{1} << 24;
    static constexpr std::size_t most_kept = 32;

    kept_buffers() = default;
    ~kept_buffers();
    kept_buffers(kept_buffers&& other) noexcept
        : kept_(std::exchange(other.kept_, {})), bytes_(std::exchange(other.bytes_, 0)) {}
    kept_buffers(const kept_buffers&) = delete;
    kept_buffers& operator=(const kept_buffers&) = delete;
    kept_buffers& operator=(kept_buffers&&) = delete;

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    class scope {
    public:
        explicit scope(kept_buffers& store);
        ~scope();
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;

    private:
        kept_buffers* before_;
    };

    // For the allocator of buffers. Memory of that size from the store of this thread; null without.
    [[nodiscard]] static void* take(std::size_t bytes) noexcept;
    // Whether the store of this thread keeps it.
    [[nodiscard]] static bool keep(void* first, std::size_t bytes) noexcept;
    // Returns memory to the system.
    static void release(void* first) noexcept { ::operator delete(static_cast<void**>(first)[-1]); }

private:
    struct kept {
        void* first;
        std::size_t bytes;
    };

    std::vector<kept> kept_;
    std::size_t bytes_ = 0;
};

}  // namespace rhochain
