// A std::vector that starts on a cache line, so that a row of a block that fills cache lines straddles none. New
// entries are not initialised: the thread that first writes a page decides on which memory node the page lies. A large
// buffer lies on huge pages, because in random reads of a long array an address that is not cached costs as much as
// data that are not. The system also needs four times as long a byte to provide small pages. Memory: up to 2 MiB more
// than requested, and at most an eighth more.
#pragma once

#include <rhochain/storage/kept_buffers.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace rhochain {

inline constexpr std::size_t cache_line = 64;
inline constexpr std::size_t huge_page = std::size_t{1} << 21;

// Whole huge pages, where these are at most an eighth more than `bytes`; elsewhere `bytes`.
[[nodiscard]] constexpr std::size_t filled_up(std::size_t bytes) {
    const std::size_t pages = (bytes + huge_page - 1) / huge_page * huge_page;
    return pages - bytes <= bytes / 8 ? pages : bytes;
}

template <class T>
class line_allocator {
public:
    using value_type = T;

    line_allocator() = default;
    template <class U>
    line_allocator(const line_allocator<U>&) {}

    // Ordinary memory, with the address to release it by before the first line: the system's aligned allocation does
    // not use again what it has released, and every page of a new array would cost a fault.
    [[nodiscard]] T* allocate(std::size_t count) {
        constexpr std::size_t beside = sizeof(void*) + huge_page;
        if (count > (std::size_t{PTRDIFF_MAX} - beside - huge_page) / sizeof(T)) throw std::bad_array_new_length();
        const std::size_t bytes = count * sizeof(T);
        if (void* kept = kept_buffers::take(bytes)) return static_cast<T*>(kept);
        const std::size_t taken = filled_up(bytes);
        void* first = aligned(taken, taken % huge_page == 0 ? huge_page : cache_line);
        ask_for_huge_pages(first, taken);
        return static_cast<T*>(first);
    }

    void deallocate(T* p, std::size_t count) {
        if (!kept_buffers::keep(p, count * sizeof(T))) kept_buffers::release(p);
    }

    template <class U, class... Arguments>
    void construct(U* p, Arguments&&... arguments) {
        if constexpr (sizeof...(Arguments) == 0)
            ::new (static_cast<void*>(p)) U;
        else
            ::new (static_cast<void*>(p)) U(std::forward<Arguments>(arguments)...);
    }

    friend bool operator==(const line_allocator&, const line_allocator&) { return true; }

private:
    static void* aligned(std::size_t bytes, std::size_t alignment) {
        void* whole = ::operator new(bytes + sizeof(void*) + alignment);
        void* first = static_cast<char*>(whole) + sizeof(void*);
        std::size_t available = bytes + alignment;
        std::align(alignment, bytes, first, available);
        static_cast<void**>(first)[-1] = whole;
        return first;
    }

    // The pages wholly within.
    static void ask_for_huge_pages([[maybe_unused]] void* p, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
        void* first = p;
        std::size_t available = bytes;
        if (std::align(huge_page, huge_page, first, available) != nullptr)
            madvise(first, available / huge_page * huge_page, MADV_HUGEPAGE);
#endif
    }
};

template <class T>
    requires(std::is_arithmetic_v<T> || std::same_as<T, std::byte>)
using buffer = std::vector<T, line_allocator<T>>;

}  // namespace rhochain
