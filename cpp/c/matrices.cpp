#include "callback_operator.hpp"
#include "guard.hpp"
#include "handles.hpp"
#include "sized_struct.hpp"

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace rhochain::c {
namespace {

constexpr std::size_t layout_bytes = std::size_t{1} << 31;
// Of version 1, to its last member.
constexpr std::size_t first_operator_size = offsetof(rhochain_operator, release) + sizeof(rhochain_operator::release);

void require_extents(std::int64_t rows, std::int64_t cols) {
    if (rows <= 0 || cols <= 0)
        throw std::invalid_argument("W: got " + std::to_string(rows) + " x " + std::to_string(cols) +
                                    ", expected at least one row and one column");
}

template <class T>
std::span<const T> array(const void* first, std::int64_t count) {
    return {static_cast<const T*>(first), static_cast<std::size_t>(count)};
}

// The arrays of W counted from 0.
template <class Scalar, class Index>
std::shared_ptr<const csr<Scalar, Index>> from_base_one(const csr_view<Scalar, Index>& W) {
    auto own = std::make_shared<csr<Scalar, Index>>();
    own->n_rows = W.n_rows;
    own->n_cols = W.n_cols;
    own->indptr.assign(W.indptr.begin(), W.indptr.end());
    own->indices.assign(W.indices.begin(), W.indices.end());
    // The least integer becomes the largest one, which is refused as well.
    const auto minus_one = [](Index at) {
        return static_cast<Index>(static_cast<std::make_unsigned_t<Index>>(at) - std::make_unsigned_t<Index>{1});
    };
    std::transform(own->indptr.begin(), own->indptr.end(), own->indptr.begin(), minus_one);
    std::transform(own->indices.begin(), own->indices.end(), own->indices.begin(), minus_one);
    return own;
}

// A map of W for each amount of memory for layouts.
template <class Scalar, class Index>
auto maker_of_csr(std::int64_t rows, std::int64_t cols, const void* indptr, const void* indices, const void* values,
                  int base) {
    csr_view<Scalar, Index> W{rows, cols, array<Index>(indptr, rows + 1), {}, {}};
    const Index last = W.indptr.back();
    if (W.indptr.front() != base || last < base)
        throw std::invalid_argument("indptr: got " + std::to_string(W.indptr.front()) + " at position 0 and " +
                                    std::to_string(last) + " at position " + std::to_string(rows) + ", expected " +
                                    std::to_string(base) + " and at least that");
    const std::int64_t nnz = static_cast<std::int64_t>(last) - base;
    if (nnz > 0) {
        require_pointer(indices, "indices", "an array of nnz columns");
        require_pointer(values, "values", "an array of nnz entries");
    }
    W.indices = array<Index>(indices, nnz);
    W.values = array<Scalar>(values, nnz);
    std::shared_ptr<const csr<Scalar, Index>> own;
    if (base == 1) {
        own = from_base_one(W);
        W.indptr = own->indptr;
        W.indices = own->indices;
    }
    validate(W);
    if (has_duplicates(W)) {
        own = std::make_shared<const csr<Scalar, Index>>(canonical(W));
        W = own->view();
    }
    return [W, own](std::size_t bytes) -> linear_map { return sparse_operator<Scalar, Index>(W).prepared(bytes); };
}

template <class Scalar>
auto maker_of_dense(std::int64_t rows, std::int64_t cols, rhochain_layout layout, const void* values) {
    require_count(rows, cols, "cols");
    const bool by_rows = layout == RHOCHAIN_ROW_MAJOR;
    const dense_view<Scalar> stored{by_rows ? rows : cols, by_rows ? cols : rows, array<Scalar>(values, rows * cols)};
    validate(stored);
    const auto order = by_rows ? dense_layout::row_major : dense_layout::column_major;
    return [stored, order](std::size_t) -> linear_map { return dense_operator<Scalar>(stored, order); };
}

template <class Maker>
void make(Maker maker, rhochain_matrix** matrix) {
    *matrix = new rhochain_matrix{maker, maker(layout_bytes)};
}

void begin(rhochain_matrix** matrix) {
    require_pointer(static_cast<const void*>(matrix), "matrix", "the address of a rhochain_matrix*");
    *matrix = nullptr;
}

}  // namespace
}  // namespace rhochain::c

using namespace rhochain;
using namespace rhochain::c;

extern "C" {

rhochain_status rhochain_matrix_csr(int64_t rows, int64_t cols, rhochain_scalar scalar, rhochain_index index,
                                    const void* indptr, const void* indices, const void* values, int base,
                                    rhochain_matrix** matrix) {
    return guard([&] {
        begin(matrix);
        require_extents(rows, cols);
        require_pointer(indptr, "indptr", "an array of rows + 1 positions");
        if (base != 0 && base != 1)
            throw std::invalid_argument("base: got " + std::to_string(base) + ", expected 0 or 1");
        const bool wide = index == RHOCHAIN_I64;
        if (!wide && index != RHOCHAIN_I32)
            throw std::invalid_argument("index: got " + std::to_string(index) +
                                        ", expected RHOCHAIN_I32 or RHOCHAIN_I64");
        const auto with = [&]<class Scalar>(Scalar) {
            wide ? make(maker_of_csr<Scalar, std::int64_t>(rows, cols, indptr, indices, values, base), matrix)
                 : make(maker_of_csr<Scalar, std::int32_t>(rows, cols, indptr, indices, values, base), matrix);
        };
        if (scalar == RHOCHAIN_F64)
            with(double{});
        else if (scalar == RHOCHAIN_F32)
            with(float{});
        else
            throw std::invalid_argument("scalar: got " + std::to_string(scalar) +
                                        ", expected RHOCHAIN_F32 or RHOCHAIN_F64");
        return RHOCHAIN_OK;
    });
}

rhochain_status rhochain_matrix_dense(int64_t rows, int64_t cols, rhochain_scalar scalar, rhochain_layout layout,
                                      const void* values, rhochain_matrix** matrix) {
    return guard([&] {
        begin(matrix);
        require_extents(rows, cols);
        require_pointer(values, "values", "an array of rows * cols entries");
        if (layout != RHOCHAIN_ROW_MAJOR && layout != RHOCHAIN_COLUMN_MAJOR)
            throw std::invalid_argument("layout: got " + std::to_string(layout) +
                                        ", expected RHOCHAIN_ROW_MAJOR or RHOCHAIN_COLUMN_MAJOR");
        if (scalar == RHOCHAIN_F64)
            make(maker_of_dense<double>(rows, cols, layout, values), matrix);
        else if (scalar == RHOCHAIN_F32)
            make(maker_of_dense<float>(rows, cols, layout, values), matrix);
        else
            throw std::invalid_argument("scalar: got " + std::to_string(scalar) +
                                        ", expected RHOCHAIN_F32 or RHOCHAIN_F64");
        return RHOCHAIN_OK;
    });
}

rhochain_status rhochain_matrix_operator(const rhochain_operator* products, rhochain_matrix** matrix) {
    return guard([&] {
        begin(matrix);
        require_pointer(products, "products", "a rhochain_operator");
        const rhochain_operator own = taken(*products, rhochain_operator{}, first_operator_size, "rhochain_operator");
        require_extents(own.rows, own.cols);
        if (own.apply == nullptr)
            throw std::invalid_argument("products.apply: got a null pointer, expected a function");
        if (own.row_terms < 0 || own.column_terms < 0 || (own.row_terms == 0) != (own.column_terms == 0) ||
            own.row_terms > own.cols || own.column_terms > own.rows)
            throw std::invalid_argument("row_terms, column_terms: got " + std::to_string(own.row_terms) + " and " +
                                        std::to_string(own.column_terms) +
                                        ", expected both 0, or from 1 to the columns and to the rows of W");
        const callback_operator A(own);
        make([map = linear_map(A)](std::size_t) { return map; }, matrix);
        A.keep();
        return RHOCHAIN_OK;
    });
}

rhochain_status rhochain_matrix_layout_memory(rhochain_matrix* matrix, int64_t bytes) {
    return guard([&] {
        require_pointer(matrix, "matrix", "a matrix");
        if (bytes < 0) throw std::invalid_argument("bytes: got " + std::to_string(bytes) + ", expected at least 0");
        matrix->map = matrix->make(static_cast<std::size_t>(bytes));
        return RHOCHAIN_OK;
    });
}

int64_t rhochain_matrix_rows(const rhochain_matrix* matrix) { return matrix == nullptr ? 0 : matrix->map.rows(); }
int64_t rhochain_matrix_cols(const rhochain_matrix* matrix) { return matrix == nullptr ? 0 : matrix->map.cols(); }

rhochain_status rhochain_matrix_apply(const rhochain_matrix* matrix, int transposed, int64_t columns, const double* X,
                                      double* Y) {
    return guard([&] {
        require_pointer(matrix, "matrix", "a matrix");
        require_pointer(X, "X", "an array of entries");
        require_pointer(Y, "Y", "an array of entries");
        const linear_map& W = matrix->map;
        require_count(std::max(W.rows(), W.cols()), columns, "columns");
        const std::int64_t in = transposed != 0 ? W.rows() : W.cols();
        const std::int64_t out = transposed != 0 ? W.cols() : W.rows();
        const block_in from = as_block(const_block(X, in, columns));
        const block_out to = as_block(mutable_block(Y, out, columns));
        transposed != 0 ? W.apply_adjoint(from, to) : W.apply(from, to);
        return RHOCHAIN_OK;
    });
}

void rhochain_matrix_free(rhochain_matrix* matrix) { delete matrix; }
}
