// A std::vector that starts on a cache line, so that rows of a block which fill lines do not straddle them, and whose new
// entries are left as the system gives them: whoever first writes a page decides where it lies. Large ones ask for huge
// pages, which random reads of a long array need: an address that is not cached costs as much as data that are not.
#pragma once

#include <cstddef>
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

template <class T>
class line_allocator {
public:
    using value_type = T;

    line_allocator() = default;
    template <class U>
    line_allocator(const line_allocator<U>&) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        auto* p = static_cast<T*>(::operator new(bytes, alignment(bytes)));
#if defined(__linux__)
        if (bytes >= large) madvise(p, bytes / huge_page * huge_page, MADV_HUGEPAGE);
#endif
        return p;
    }

    void deallocate(T* p, std::size_t count) { ::operator delete(p, alignment(count * sizeof(T))); }

    template <class U, class... Arguments>
    void construct(U* p, Arguments&&... arguments) {
        if constexpr (sizeof...(Arguments) == 0)
            ::new (static_cast<void*>(p)) U;
        else
            ::new (static_cast<void*>(p)) U(std::forward<Arguments>(arguments)...);
    }

    friend bool operator==(const line_allocator&, const line_allocator&) { return true; }

private:
    static constexpr std::size_t huge_page = std::size_t{1} << 21;
    static constexpr std::size_t large = 2 * huge_page;

    static std::align_val_t alignment(std::size_t bytes) {
        return std::align_val_t{bytes >= large ? huge_page : cache_line};
    }
};

template <class T>
    requires std::is_arithmetic_v<T>
using buffer = std::vector<T, line_allocator<T>>;

}  // namespace rhochain
