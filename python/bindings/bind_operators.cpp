#include "borrowed_arrays.hpp"
#include "operators.hpp"
#include "python_products.hpp"

#include <rhochain/kernels/products/single_precision.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/storage/buffer_pool.hpp>
#include <rhochain/storage/sparse_copy.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace rhochain::python {
namespace {

// The names that Python sees. They differ in how they are made.
class SparseOperator : public Operator {
public:
    SparseOperator(linear_map map, py::object used, std::size_t copied_bytes, py::dtype scalar, py::dtype index)
        : Operator(std::move(map), std::move(used), copied_bytes),
          scalar_(std::move(scalar)),
          index_(std::move(index)) {}

    [[nodiscard]] std::int64_t nnz() const {
        return map().entries()->visit([](const auto& W) { return W.nnz(); });
    }
    [[nodiscard]] py::dtype dtype() const { return scalar_; }
    [[nodiscard]] py::dtype index_dtype() const { return index_; }
    [[nodiscard]] bool copied() const { return copied_bytes() > 0; }

private:
    py::dtype scalar_;
    py::dtype index_;
};

class DenseOperator : public Operator {
    using Operator::Operator;
};

class CallbackOperator : public Operator {
    using Operator::Operator;
};

std::shared_ptr<CallbackOperator> make_callback(std::int64_t rows, std::int64_t cols, const py::function& matmat,
                                                const py::object& rmatmat) {
    return std::make_shared<CallbackOperator>(python_products(rows, cols, matmat, rmatmat),
                                              py::make_tuple(matmat, rmatmat));
}

std::shared_ptr<SparseOperator> make_sparse(std::int64_t rows, std::int64_t cols, const py::array& indptr,
                                            const py::array& indices, const py::array& data, std::size_t memory) {
    return with_csr(rows, cols, indptr, indices, data, [&]<class Scalar, class Index>(csr_view<Scalar, Index> W) {
        auto [map, copied_bytes] = [&] {
            const py::gil_scoped_release release;
            return map_of_csr(W, memory);
        }();
        return std::make_shared<SparseOperator>(std::move(map), py::make_tuple(indptr, indices, data), copied_bytes,
                                                py::dtype::of<Scalar>(), py::dtype::of<Index>());
    });
}

std::shared_ptr<DenseOperator> make_dense(const py::array& a) {
    return with_dense(a, [&]<class Scalar>(dense_view<Scalar> stored, dense_layout layout) {
        const auto map = [&]() -> linear_map {
            const py::gil_scoped_release release;
            validate(stored);
            return dense_operator(stored, layout);
        };
        return std::make_shared<DenseOperator>(map(), a);
    });
}

// (indptr, indices, values) of a CSR copy of `a`, or None: where it is not worth it, or takes more than `memory` bytes,
// unless `always`.
py::object sparse_copy_of(const py::array& a, std::size_t memory, bool always) {
    return with_dense(a, [&]<class Scalar>(dense_view<Scalar> stored, dense_layout layout) -> py::object {
        const bool transposed = layout == dense_layout::column_major;
        const std::int64_t rows = a.shape(0), cols = a.shape(1);
        const std::int64_t nnz = [&] {
            const py::gil_scoped_release release;
            return count_nonzero(stored);
        }();
        const bool worth =
            worth_sparse_copy(rows, cols, nnz) && sparse_copy_bytes(rows, cols, nnz, sizeof(Scalar)) <= memory;
        if (!worth && !always) return py::none();
        const auto write = [&]<class Index>(Index) -> py::object {
            py::array_t<Index> indptr(rows + 1), indices(nnz);
            py::array_t<Scalar> values(nnz);
            const auto whole = [](auto& part) {
                return std::span(part.mutable_data(), static_cast<std::size_t>(part.size()));
            };
            const auto parts = std::make_tuple(whole(indptr), whole(indices), whole(values));
            {
                const py::gil_scoped_release release;
                write_sparse_copy(stored, transposed, std::get<0>(parts), std::get<1>(parts), std::get<2>(parts));
            }
            return py::make_tuple(indptr, indices, values);
        };
        return fits_int32(rows, cols, nnz) ? write(std::int32_t{}) : write(std::int64_t{});
    });
}

// Begins at a cache line, for fast products with it. Its memory returns to `pool` with the last reference.
template <class T>
row_major<T> aligned_array(std::int64_t rows, std::int64_t columns, std::shared_ptr<buffer_pool> pool) {
    auto owned =
        std::make_unique<buffer_pool::lease>(std::move(pool), static_cast<std::size_t>(rows * columns) * sizeof(T));
    T* data = owned->as<T>();
    const py::capsule owner(owned.release(), [](void* p) { delete static_cast<buffer_pool::lease*>(p); });
    return row_major<T>({rows, columns}, data, owner);
}

// A X, or A^T X, in the type of X; computed in float64.
template <class T, bool adjoint>
row_major<T> product(const Operator& A, const row_major<T>& x, int threads) {
    const std::int64_t in = adjoint ? A.own_rows() : A.own_cols();
    const std::int64_t out = adjoint ? A.own_cols() : A.own_rows();
    if (x.ndim() != 2 || x.shape(0) != in)
        throw py::value_error("x: expected an array of shape (" + std::to_string(in) + ", b)");
    const std::int64_t columns = x.shape(1);
    row_major<T> y = aligned_array<T>(out, columns, A.map().pool());
    const block_view<const T> X(x.data(), in, columns);
    const block_view<T> Y(y.mutable_data(), out, columns);
    const py::gil_scoped_release release;
    const linear_map W = A.map_for_products(1, adjoint, threads);
    const auto apply = [&](const_block from, mutable_block to) {
        adjoint ? W.apply_adjoint(as_block(from), as_block(to)) : W.apply(as_block(from), as_block(to));
    };
    if constexpr (std::same_as<T, float>)
        single_precision_product(apply, X, Y, W.pool(), W.threads());
    else
        apply(X, Y);
    return y;
}

}  // namespace

void bind_operators(py::module_& m) {
    py::class_<Operator, std::shared_ptr<Operator>>(m, "Operator")
        .def_property_readonly("rows", &Operator::rows)
        .def_property_readonly("cols", &Operator::cols)
        .def_property_readonly("own_rows", &Operator::own_rows)
        .def_property_readonly("own_cols", &Operator::own_cols)
        // Asks a lock that is held while a layout is made.
        .def_property_readonly("nbytes",
                               py::cpp_function(&Operator::owned_bytes, py::call_guard<py::gil_scoped_release>()))
        .def_property_readonly("spare_bytes", &Operator::spare_bytes)
        .def("apply", &product<float, false>, py::arg("x").noconvert(), py::arg("threads"))
        .def("apply", &product<double, false>, py::arg("x"), py::arg("threads"))
        .def("apply_adjoint", &product<float, true>, py::arg("y").noconvert(), py::arg("threads"))
        .def("apply_adjoint", &product<double, true>, py::arg("y"), py::arg("threads"));
    py::class_<SparseOperator, Operator, std::shared_ptr<SparseOperator>>(m, "SparseOperator")
        .def(py::init(&make_sparse), py::arg("rows"), py::arg("cols"), py::arg("indptr"), py::arg("indices"),
             py::arg("data"), py::arg("memory"))
        .def_property_readonly("nnz", &SparseOperator::nnz)
        .def_property_readonly("dtype", &SparseOperator::dtype)
        .def_property_readonly("index_dtype", &SparseOperator::index_dtype)
        .def_property_readonly("copied", &SparseOperator::copied);
    py::class_<DenseOperator, Operator, std::shared_ptr<DenseOperator>>(m, "DenseOperator")
        .def(py::init(&make_dense), py::arg("a"));
    py::class_<CallbackOperator, Operator, std::shared_ptr<CallbackOperator>>(m, "CallbackOperator")
        .def(py::init(&make_callback), py::arg("rows"), py::arg("cols"), py::arg("matmat"), py::arg("rmatmat"));
    m.def("sparse_copy", &sparse_copy_of, py::arg("a"), py::kw_only(), py::arg("memory"), py::arg("always"));
}

}  // namespace rhochain::python
