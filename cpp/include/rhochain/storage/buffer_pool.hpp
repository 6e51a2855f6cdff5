// Buffers that are used again. Ordinary allocation returns large arrays to the system, and new pages from the system
// cost as much as a product. The pool keeps the buffer of a lease that has ended for the next lease of the same size.
// Invariant: the pool keeps at most `limit` bytes and `most_kept` buffers, and drops the oldest first. It does not keep
// buffers below `least_bytes`, for which ordinary allocation is as fast. Any number of threads may use a pool; a lease
// may end after all other owners of the pool.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace rhochain {

class buffer_pool {
public:
    static constexpr std::size_t most_kept = 4;
    static constexpr std::size_t least_bytes = std::size_t{1} << 16;

    explicit buffer_pool(std::size_t limit) : limit_(limit) { kept_.reserve(most_kept + 1); }

    // Drops buffers until the pool is within the new limit.
    void set_limit(std::size_t limit);
    // Bytes kept at the moment, without those on lease.
    [[nodiscard]] std::size_t bytes() const;

    // `bytes` bytes, not initialised, that start on a cache line. With a null pool the lease allocates and frees.
    class lease {
    public:
        lease(std::shared_ptr<buffer_pool> pool, std::size_t bytes);
        ~lease();
        lease(lease&&) = default;
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;
        lease& operator=(lease&&) = delete;

        template <class T>
        [[nodiscard]] T* as() {
            return reinterpret_cast<T*>(memory_.data());
        }

    private:
        std::shared_ptr<buffer_pool> pool_;
        buffer<std::byte> memory_;
    };

private:
    [[nodiscard]] buffer<std::byte> take(std::size_t bytes);
    void give_back(buffer<std::byte> memory) noexcept;
    void drop_beyond_limit();

    mutable std::mutex mutex_;
    std::size_t limit_;
    std::size_t kept_bytes_ = 0;
    std::vector<buffer<std::byte>> kept_;  // the oldest first
};

}  // namespace rhochain
