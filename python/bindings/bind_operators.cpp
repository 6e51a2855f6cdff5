#include "bindings.hpp"

#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/single_precision.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/perron.hpp>
#include <rhochain/spectra/spectral_norm.hpp>
#include <rhochain/spectra/spectral_radius.hpp>

#include <atomic>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace rhochain::python {
namespace {

// What Python sees of a sparse matrix; the instantiations behind it differ in what they read.
class SparseOperator : public Operator {
public:
    [[nodiscard]] virtual std::int64_t nnz() const = 0;
    [[nodiscard]] virtual py::dtype dtype() const = 0;
    [[nodiscard]] virtual py::dtype index_dtype() const = 0;
    [[nodiscard]] virtual bool copied() const = 0;
};

class DenseOperator : public Operator {};

// A sparse_operator or dense_operator (Core) behind its face (Base).
template <class Core, class Base>
class StoredOperator : public Base {
public:
    [[nodiscard]] std::int64_t rows() const override { return core_->rows(); }
    [[nodiscard]] std::int64_t cols() const override { return core_->cols(); }
    void with_normalised(int threads, const Operator::user& body) const override {
        const auto A = core_->with_threads(threads).normalised();
        body(A, A.exponent());
    }
    void apply(const_block X, mutable_block Y, int threads) const override {
        core_->with_threads(threads).apply(X, Y);
    }
    void apply_adjoint(const_block X, mutable_block Y, int threads) const override {
        core_->with_threads(threads).apply_adjoint(X, Y);
    }
    [[nodiscard]] Bracket spectral_radius(const SolverOptions& o) const override {
        return rhochain::spectral_radius(*core_, o);
    }
    [[nodiscard]] Bracket spectral_norm(const SolverOptions& o) const override {
        return rhochain::spectral_norm(*core_, o);
    }
    [[nodiscard]] ScaledNorm scaled_norm(const ScalingOptions& o) const override {
        return rhochain::scaled_norm(*core_, o);
    }
    [[nodiscard]] Bracket perron_radius(const SolverOptions& o) const override {
        return rhochain::perron_radius(*core_, o);
    }
    [[nodiscard]] component_partition components() const override { return strong_components(core_->matrix()); }
    [[nodiscard]] norm_bounds norms(int threads) const override {
        const auto A = core_->with_threads(threads).normalised();
        return rescaled(bound_norms(A, threads), A.exponent());
    }
    [[nodiscard]] Eigenpair eigenpair(std::span<const std::complex<double>> x, int threads) const override {
        const auto A = core_->with_threads(threads).normalised();
        Eigenpair pair = check_eigenpair(A, x, threads);
        pair.theta *= std::ldexp(1.0, A.exponent());
        pair.residual.value = shifted_up(pair.residual.value, A.exponent());
        return pair;
    }

protected:
    std::optional<Core> core_;
};

template <storage_scalar Scalar, index_integer Index>
class SparseOf final : public StoredOperator<sparse_operator<Scalar, Index>, SparseOperator> {
public:
    SparseOf(std::int64_t rows, std::int64_t cols, const py::array& indptr, const py::array& indices,
             const py::array& data, std::size_t memory)
        : indptr_(indptr), indices_(indices), data_(data) {
        csr_view<Scalar, Index> view{rows, cols, span_of<Index>(indptr), span_of<Index>(indices),
                                     span_of<Scalar>(data)};
        const py::gil_scoped_release release;
        validate(view);
        if (has_duplicates(view)) {
            owned_ = canonical(view);
            view = owned_->view();
        }
        this->core_.emplace(Core(view).prepared(memory));
    }
    [[nodiscard]] std::size_t owned_bytes() const override {
        return (owned_ ? owned_->bytes() : 0) + this->core_->prepared_bytes();
    }
    [[nodiscard]] std::shared_ptr<kept_rooms> rooms() const override { return this->core_->rooms(); }
    void apply(const_block X, mutable_block Y, int threads) const override {
        core_after(forward_products_++).with_threads(threads).apply(X, Y);
    }
    void apply_adjoint(const_block X, mutable_block Y, int threads) const override {
        core_after(adjoint_products_++).with_threads(threads).apply_adjoint(X, Y);
    }
    [[nodiscard]] std::int64_t nnz() const override { return this->core_->matrix().nnz(); }
    [[nodiscard]] py::dtype dtype() const override { return py::dtype::of<Scalar>(); }
    [[nodiscard]] py::dtype index_dtype() const override { return py::dtype::of<Index>(); }
    [[nodiscard]] bool copied() const override { return owned_.has_value(); }

private:
    using Core = sparse_operator<Scalar, Index>;

    // The first product on either side may be the only one.
    [[nodiscard]] Core core_after(std::int64_t products) const {
        return products == 0 ? this->core_->as_it_is() : *this->core_;
    }

    template <class T>
    static std::span<const T> span_of(const py::array& a) {
        return {static_cast<const T*>(a.data()), static_cast<std::size_t>(a.size())};
    }

    py::array indptr_, indices_, data_;
    std::optional<csr<Scalar, Index>> owned_;
    mutable std::atomic<std::int64_t> forward_products_{0};
    mutable std::atomic<std::int64_t> adjoint_products_{0};
};

template <storage_scalar Scalar>
class DenseOf final : public StoredOperator<dense_operator<Scalar>, DenseOperator> {
public:
    explicit DenseOf(const py::array& a) : array_(a) {
        const bool row_major = (a.flags() & py::array::c_style) != 0;
        const auto rows = row_major ? a.shape(0) : a.shape(1);
        const auto cols = row_major ? a.shape(1) : a.shape(0);
        const dense_view<Scalar> view{
            rows, cols, {static_cast<const Scalar*>(a.data()), static_cast<std::size_t>(a.size())}};
        const py::gil_scoped_release release;
        validate(view);
        this->core_.emplace(view, row_major ? dense_layout::row_major : dense_layout::column_major);
    }
    [[nodiscard]] std::size_t owned_bytes() const override { return 0; }

private:
    py::array array_;
};

// Products computed in Python; the GIL is taken for the call alone. Models linear_operator.
class CallbackOperator final : public Operator {
public:
    CallbackOperator(std::int64_t rows, std::int64_t cols, py::function matmat, py::object rmatmat)
        : rows_(rows), cols_(cols), matmat_(std::move(matmat)), rmatmat_(std::move(rmatmat)) {}

    [[nodiscard]] std::int64_t rows() const override { return rows_; }
    [[nodiscard]] std::int64_t cols() const override { return cols_; }
    [[nodiscard]] std::size_t owned_bytes() const override { return 0; }
    void apply(const_block X, mutable_block Y) const { call(matmat_, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { call(rmatmat_, X, Y); }
    void apply(const_block X, mutable_block Y, int) const override { apply(X, Y); }
    void apply_adjoint(const_block X, mutable_block Y, int) const override { apply_adjoint(X, Y); }
    void with_normalised(int, const user& body) const override { body(*this, 0); }

    [[nodiscard]] Bracket spectral_radius(const SolverOptions& o) const override {
        return rhochain::spectral_radius(operator_ref(*this), o);
    }
    [[nodiscard]] Bracket spectral_norm(const SolverOptions& o) const override {
        return rhochain::spectral_norm(operator_ref(*this), o);
    }
    [[nodiscard]] ScaledNorm scaled_norm(const ScalingOptions& o) const override {
        return rhochain::scaled_norm(operator_ref(*this), o);
    }
    [[nodiscard]] Bracket perron_radius(const SolverOptions&) const override { no_entries("perron_radius"); }
    [[nodiscard]] Eigenpair eigenpair(std::span<const std::complex<double>> x, int threads) const override {
        return check_eigenpair(operator_ref(*this), x, threads);
    }
    [[nodiscard]] component_partition components() const override { no_entries("components"); }
    [[nodiscard]] norm_bounds norms(int) const override { no_entries("norm_bounds"); }

private:
    [[noreturn]] static void no_entries(const char* what) {
        throw std::invalid_argument(std::string("W: got an operator known by its products alone, expected a stored matrix, as ") +
                                    what + " reads the entries");
    }

    static void call(const py::object& product, const_block X, mutable_block Y) {
        const py::gil_scoped_acquire gil;
        if (product.is_none())
            throw std::invalid_argument("W: got an operator without rmatvec, expected the adjoint product too");
        float64_array Y_array;
        call_through_interrupt(
            [&] { Y_array = float64_array::ensure(product(float64_array({X.rows, X.columns}, X.data))); });
        if (!Y_array || Y_array.size() != Y.size())
            throw std::invalid_argument("W: got a product of the wrong size, expected " + std::to_string(Y.rows) +
                                        " x " + std::to_string(Y.columns));
        std::copy_n(Y_array.data(), Y.size(), Y.data);
    }

    std::int64_t rows_, cols_;
    py::function matmat_;
    py::object rmatmat_;
};

template <class T>
bool holds(const py::array& a) {
    return py::isinstance<py::array_t<T>>(a);
}

std::shared_ptr<SparseOperator> make_sparse(std::int64_t rows, std::int64_t cols, const py::array& indptr,
                                      const py::array& indices, const py::array& data, std::size_t memory) {
    const auto require_vector = [](const py::array& a, const char* name) {
        if (a.ndim() != 1 || (a.flags() & py::array::c_style) == 0)
            throw py::value_error(std::string(name) + ": got an array that is not one-dimensional and contiguous");
    };
    require_vector(indptr, "indptr");
    require_vector(indices, "indices");
    require_vector(data, "data");
    const auto make = [&]<class Scalar, class Index>(Scalar, Index) -> std::shared_ptr<SparseOperator> {
        return std::make_shared<SparseOf<Scalar, Index>>(rows, cols, indptr, indices, data, memory);
    };
    const bool narrow = holds<std::int32_t>(indptr) && holds<std::int32_t>(indices);
    const bool wide = holds<std::int64_t>(indptr) && holds<std::int64_t>(indices);
    if (!narrow && !wide) throw py::type_error("indptr, indices: expected both int32 or both int64");
    if (holds<float>(data)) return narrow ? make(float{}, std::int32_t{}) : make(float{}, std::int64_t{});
    if (holds<double>(data)) return narrow ? make(double{}, std::int32_t{}) : make(double{}, std::int64_t{});
    throw py::type_error("data: expected float32 or float64");
}

std::shared_ptr<DenseOperator> make_dense(const py::array& a) {
    if (a.ndim() != 2 || (a.flags() & (py::array::c_style | py::array::f_style)) == 0)
        throw py::value_error("a: got an array that is not two-dimensional and contiguous");
    if (holds<float>(a)) return std::make_shared<DenseOf<float>>(a);
    if (holds<double>(a)) return std::make_shared<DenseOf<double>>(a);
    throw py::type_error("a: expected float32 or float64");
}

// On a cache line, as later products want their argument. Its memory goes back to the rooms when nobody holds it any more.
template <class T>
row_major<T> aligned_array(std::int64_t rows, std::int64_t columns, std::shared_ptr<kept_rooms> rooms) {
    auto owned = std::make_unique<kept_rooms::loan>(std::move(rooms), static_cast<std::size_t>(rows * columns) * sizeof(T));
    T* data = owned->as<T>();
    const py::capsule owner(owned.release(), [](void* p) { delete static_cast<kept_rooms::loan*>(p); });
    return row_major<T>({rows, columns}, data, owner);
}

// A X, or A^T X, in the type of X; computed in float64.
template <class T, bool adjoint>
row_major<T> product(const Operator& A, const row_major<T>& x, int threads) {
    const std::int64_t in = adjoint ? A.rows() : A.cols();
    const std::int64_t out = adjoint ? A.cols() : A.rows();
    if (x.ndim() != 2 || x.shape(0) != in)
        throw py::value_error("x: expected an array of shape (" + std::to_string(in) + ", b)");
    const std::int64_t columns = x.shape(1);
    row_major<T> y = aligned_array<T>(out, columns, A.rooms());
    const block_view<const T> X(x.data(), in, columns);
    const block_view<T> Y(y.mutable_data(), out, columns);
    const auto apply = [&](const_block from, mutable_block to) {
        adjoint ? A.apply_adjoint(from, to, threads) : A.apply(from, to, threads);
    };
    const py::gil_scoped_release release;
    if constexpr (std::same_as<T, float>)
        single_precision_product(apply, X, Y, A.rooms(), resolve_threads(threads));
    else
        apply(X, Y);
    return y;
}

}  // namespace

void bind_operators(py::module_& m) {
    py::class_<Operator, std::shared_ptr<Operator>>(m, "Operator")
        .def_property_readonly("rows", &Operator::rows)
        .def_property_readonly("cols", &Operator::cols)
        // Asks a lock that is held while a layout is made.
        .def_property_readonly("nbytes", py::cpp_function(&Operator::owned_bytes, py::call_guard<py::gil_scoped_release>()))
        .def_property_readonly("spare_bytes", [](const Operator& A) { return A.rooms() ? A.rooms()->bytes() : std::size_t{0}; })
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
        .def(py::init<std::int64_t, std::int64_t, py::function, py::object>(), py::arg("rows"), py::arg("cols"),
             py::arg("matmat"), py::arg("rmatmat"));
}

}  // namespace rhochain::python
