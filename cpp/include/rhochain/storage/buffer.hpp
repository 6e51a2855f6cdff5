// An array that is owned, starts on a cache line and is left as the system gives it: whoever first writes a page
// decides where it lies. Large ones ask for huge pages, which random reads of a long array need: a lookup that misses
// the address cache costs as much as one that misses the data cache.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace rhochain {

template <class T>
    requires std::is_trivially_copyable_v<T>
class buffer {
public:
    buffer() = default;
    explicit buffer(std::size_t count) : data_(allocate(count)), count_(count) {}

    [[nodiscard]] T* data() { return data_.get(); }
    [[nodiscard]] const T* data() const { return data_.get(); }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(T); }
    [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return data_[i]; }
    operator std::span<T>() { return {data(), count_}; }
    operator std::span<const T>() const { return {data(), count_}; }

private:
    struct release {
        std::size_t alignment;
        void operator()(T* p) const { ::operator delete(p, std::align_val_t(alignment)); }
    };

    static std::unique_ptr<T[], release> allocate(std::size_t count) {
        constexpr std::size_t line = 64;
        constexpr std::size_t huge_page = std::size_t{1} << 21;
        const std::size_t bytes = std::max<std::size_t>(1, count) * sizeof(T);
        const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : line;
        auto* p = static_cast<T*>(::operator new(bytes, std::align_val_t(alignment)));
#if defined(__linux__)
        if (alignment == huge_page) madvise(p, bytes / huge_page * huge_page, MADV_HUGEPAGE);
#endif
        return {p, release{alignment}};
    }

    std::unique_ptr<T[], release> data_{nullptr, release{64}};
    std::size_t count_ = 0;
};

}  // namespace rhochain
