// Access to the entries of vectors and blocks (vector_views.hpp), and arrays as such views. The kernels use this
// header, and the places above them that CONTRIBUTING lists; a test compares the list with the code.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace rhochain {

// The friend of all views.
struct entry_access {
    template <class T>
    [[nodiscard]] static std::span<T> of(opaque_vector<T> x) {
        return {x.first_, static_cast<std::size_t>(x.length_)};
    }
    template <class T>
    [[nodiscard]] static block_view<T> of(opaque_block<T> X) {
        return {X.first_, X.rows_, X.columns_};
    }
    [[nodiscard]] static const double* of(panel_in rows) { return rows.first_; }
    template <class T>
    [[nodiscard]] static opaque_vector<T> view(std::span<T> x) {
        return {x.data(), static_cast<std::int64_t>(x.size())};
    }
    template <class T>
    [[nodiscard]] static opaque_block<T> view(block_view<T> X) {
        return {X.data, X.rows, X.columns};
    }
    // The memory of an owner.
    template <class Owner>
    [[nodiscard]] static auto take(Owner&& X) {
        return std::move(X.entries_);
    }
};

template <class T>
[[nodiscard]] std::span<T> entries_of(opaque_vector<T> x) {
    return entry_access::of(x);
}
template <class T>
[[nodiscard]] block_view<T> entries_of(opaque_block<T> X) {
    return entry_access::of(X);
}
// Of the first of the rows.
[[nodiscard]] inline const double* entries_of(panel_in rows) { return entry_access::of(rows); }
[[nodiscard]] inline std::span<const double> entries_of(const vector_block& X) { return entries_of(X.view().flat()); }
[[nodiscard]] inline std::span<double> entries_of(vector_block& X) { return entries_of(X.view().flat()); }
[[nodiscard]] inline buffer<double> entries_of(vector_block&& X) { return entry_access::take(std::move(X)); }

// The entries that this process holds, in an array.
template <class Array>
[[nodiscard]] auto as_vector(Array&& x) {
    return entry_access::view(std::span(x));
}
template <class T>
[[nodiscard]] opaque_block<T> as_block(block_view<T> X) {
    return entry_access::view(X);
}

}  // namespace rhochain
