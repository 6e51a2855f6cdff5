// The entries of a block X in R^{n x b}, row-major and contiguous: entry (i, j) is data[i b + j]. A vector is a block
// with b = 1.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace rhochain {

template <class T>
struct block_view {
    T* data = nullptr;
    std::int64_t rows = 0;
    std::int64_t columns = 1;

    block_view() = default;
    block_view(T* first, std::int64_t n, std::int64_t b = 1) : data(first), rows(n), columns(b) {}
    block_view(std::span<T> x) : data(x.data()), rows(static_cast<std::int64_t>(x.size())) {}
    template <class Allocator>
    block_view(std::vector<std::remove_const_t<T>, Allocator>& x) : block_view(std::span<T>(x)) {}
    template <class Allocator>
        requires std::is_const_v<T>
    block_view(const std::vector<std::remove_const_t<T>, Allocator>& x) : block_view(std::span<T>(x)) {}
    operator block_view<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {data, rows, columns};
    }

    [[nodiscard]] T* row(std::int64_t i) const { return data + i * columns; }
    [[nodiscard]] std::int64_t size() const { return rows * columns; }
    [[nodiscard]] std::span<T> flat() const { return {data, static_cast<std::size_t>(size())}; }
};

using const_block = block_view<const double>;
using mutable_block = block_view<double>;

}  // namespace rhochain
