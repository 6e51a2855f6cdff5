// Borrowed vectors of a space (space.hpp), and blocks X of b such vectors: the entries that this process holds. Code
// above the kernels passes views on; a view gives its shape and no entry. entries.hpp gives the entries. A vector
// converts to a block with b = 1.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

namespace rhochain {

template <class T>
class opaque_vector {
public:
    opaque_vector() = default;
    operator opaque_vector<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {first_, length_};
    }

    [[nodiscard]] std::int64_t length() const { return length_; }
    [[nodiscard]] bool empty() const { return length_ == 0; }
    // The first `length` entries.
    [[nodiscard]] opaque_vector first(std::int64_t length) const { return {first_, length}; }

private:
    friend struct entry_access;
    friend class vector_block;
    template <class>
    friend class opaque_vector;
    template <class>
    friend class opaque_block;
    opaque_vector(T* first, std::int64_t length) : first_(first), length_(length) {}

    T* first_ = nullptr;
    std::int64_t length_ = 0;
};

// Consecutive rows of a product, while they lie in a cache (panel_task.hpp).
class panel_in {
public:
    explicit panel_in(const double* first) : first_(first) {}

private:
    friend struct entry_access;

    const double* first_;
};

template <class T>
class opaque_block {
public:
    opaque_block() = default;
    opaque_block(opaque_vector<T> x) : opaque_block(x.first_, x.length_, 1) {}
    opaque_block(opaque_vector<std::remove_const_t<T>> x)
        requires std::is_const_v<T>
        : opaque_block(x.first_, x.length_, 1) {}
    operator opaque_block<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {first_, rows_, columns_};
    }

    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t columns() const { return columns_; }
    [[nodiscard]] std::int64_t size() const { return rows_ * columns_; }
    // All entries, row by row.
    [[nodiscard]] opaque_vector<T> flat() const { return {first_, size()}; }
    // The rows from `first` on.
    [[nodiscard]] panel_in rows_from(std::int64_t first) const { return panel_in(first_ + first * columns_); }

private:
    friend struct entry_access;
    friend class vector_block;
    template <class>
    friend class opaque_block;
    opaque_block(T* first, std::int64_t rows, std::int64_t columns) : first_(first), rows_(rows), columns_(columns) {}

    T* first_ = nullptr;
    std::int64_t rows_ = 0;
    std::int64_t columns_ = 1;
};

using vector_in = opaque_vector<const double>;
using vector_out = opaque_vector<double>;
using complex_in = opaque_vector<const std::complex<double>>;
using complex_out = opaque_vector<std::complex<double>>;
using block_in = opaque_block<const double>;
using block_out = opaque_block<double>;

}  // namespace rhochain
