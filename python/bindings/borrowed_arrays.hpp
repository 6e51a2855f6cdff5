// Arrays of a matrix that Python holds, as views for the core and as maps.
#pragma once

#include "bindings.hpp"

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/dense.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace rhochain::python {

template <class T>
bool holds(const py::array& a) {
    return py::isinstance<py::array_t<T>>(a);
}

template <class T>
std::span<const T> span_of(const py::array& a) {
    return {static_cast<const T*>(a.data()), static_cast<std::size_t>(a.size())};
}

// use(csr_view<Scalar, Index>) of what the arrays hold; the view is not validated.
template <class Use>
auto with_csr(std::int64_t rows, std::int64_t cols, const py::array& indptr, const py::array& indices,
              const py::array& data, const Use& use) {
    const auto require_vector = [](const py::array& a, const char* name) {
        if (a.ndim() != 1 || (a.flags() & py::array::c_style) == 0)
            throw py::value_error(std::string(name) + ": got an array that is not one-dimensional and contiguous");
    };
    require_vector(indptr, "indptr");
    require_vector(indices, "indices");
    require_vector(data, "data");
    const auto with = [&]<class Scalar, class Index>(Scalar, Index) {
        return use(csr_view<Scalar, Index>{rows, cols, span_of<Index>(indptr), span_of<Index>(indices),
                                           span_of<Scalar>(data)});
    };
    const bool narrow = holds<std::int32_t>(indptr) && holds<std::int32_t>(indices);
    const bool wide = holds<std::int64_t>(indptr) && holds<std::int64_t>(indices);
    if (!narrow && !wide) throw py::type_error("indptr, indices: expected both int32 or both int64");
    if (holds<float>(data)) return narrow ? with(float{}, std::int32_t{}) : with(float{}, std::int64_t{});
    if (holds<double>(data)) return narrow ? with(double{}, std::int32_t{}) : with(double{}, std::int64_t{});
    throw py::type_error("data: expected float32 or float64");
}

// use(dense_view<Scalar>, dense_layout) of a contiguous array; the view is that of the stored rows.
template <class Use>
auto with_dense(const py::array& a, const Use& use) {
    if (a.ndim() != 2 || (a.flags() & (py::array::c_style | py::array::f_style)) == 0)
        throw py::value_error("a: got an array that is not two-dimensional and contiguous");
    const bool by_rows = (a.flags() & py::array::c_style) != 0;
    const auto with = [&]<class Scalar>(Scalar) {
        const dense_view<Scalar> stored{a.shape(by_rows ? 0 : 1), a.shape(by_rows ? 1 : 0), span_of<Scalar>(a)};
        return use(stored, by_rows ? dense_layout::row_major : dense_layout::column_major);
    };
    if (holds<float>(a)) return with(float{});
    if (holds<double>(a)) return with(double{});
    throw py::type_error("a: expected float32 or float64");
}

// The map of W, and the bytes of its copy where positions that are listed twice have been merged, else 0.
template <class Scalar, class Index>
std::pair<linear_map, std::size_t> map_of_csr(const csr_view<Scalar, Index>& W, std::size_t memory) {
    validate(W);
    if (!has_duplicates(W)) return {sparse_operator(W).prepared(memory), 0};
    csr<Scalar, Index> merged = canonical(W);
    const std::size_t bytes = merged.bytes();
    return {sparse_operator(std::move(merged)).prepared(memory), bytes};
}

}  // namespace rhochain::python
