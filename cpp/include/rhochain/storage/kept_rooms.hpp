// Memory that is used again. Pages taken from the system anew cost as much as a product, and ordinary allocation gives
// large arrays back to it: what a loan has done with is kept here for the next loan of the same size. Invariant: at
// most `limit` bytes and `most_kept` rooms are kept, the oldest ones leave first. Loans small enough for ordinary
// allocation to do as well are not kept. Of any number of threads; a loan may end after all other owners of the rooms.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace rhochain {

class kept_rooms {
public:
    static constexpr std::size_t most_kept = 4;
    static constexpr std::size_t least_bytes = std::size_t{1} << 16;

    explicit kept_rooms(std::size_t limit) : limit_(limit) { kept_.reserve(most_kept + 1); }

    // From now on. What is kept beyond it goes.
    void set_limit(std::size_t limit);
    // Kept at the moment, without what is lent.
    [[nodiscard]] std::size_t bytes() const;

    // `bytes` bytes from the start of a cache line on, whatever they hold. Without rooms: memory of its own.
    class loan {
    public:
        loan(std::shared_ptr<kept_rooms> rooms, std::size_t bytes);
        ~loan();
        loan(loan&&) = default;
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        loan& operator=(loan&&) = delete;

        template <class T>
        [[nodiscard]] T* as() {
            return reinterpret_cast<T*>(room_.data());
        }

    private:
        std::shared_ptr<kept_rooms> rooms_;
        buffer<std::byte> room_;
    };

private:
    [[nodiscard]] buffer<std::byte> take(std::size_t bytes);
    void give_back(buffer<std::byte> room) noexcept;
    void drop_beyond_limit();

    mutable std::mutex mutex_;
    std::size_t limit_;
    std::size_t kept_bytes_ = 0;
    std::vector<buffer<std::byte>> kept_;  // the oldest first
};

}  // namespace rhochain
