// A = 2^-e W for a borrowed CSR matrix W (rows x cols), models entrywise_operator. e = 0 unless normalised().
// Cheap to copy; W must outlive it. Products read W as it is; those with W^T then in strips of columns, one a thread,
// several times slower. prepared() adds copies of W and W^T in a layout made for products (sell.hpp), which the
// operators made from it share. Every sum runs from the first entry to the last: the bits are the same either way.
#pragma once

#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/sell_layout.hpp>
#include <rhochain/kernels/sell_product.hpp>
#include <rhochain/kernels/spmm.hpp>
#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/operators/stored_operator.hpp>

#include <memory>

namespace rhochain {

// Which products a preparation is for.
enum class product_side { forward, adjoint, both };

template <storage_scalar Scalar, index_integer Index>
class sparse_operator {
public:
    // W must be valid (`validate`) and list no position twice (`canonical`). threads = 0: as OpenMP decides.
    explicit sparse_operator(const csr_view<Scalar, Index>& W, int threads = 0)
        : W_(W), summary_(summarise(W, resolve_threads(threads))), threads_(resolve_threads(threads)) {}

    [[nodiscard]] std::int64_t rows() const { return W_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return W_.cols(); }
    [[nodiscard]] std::int64_t row_terms() const { return summary_.row_terms; }
    [[nodiscard]] std::int64_t column_terms() const { return summary_.column_terms; }
    [[nodiscard]] const csr_view<Scalar, Index>& matrix() const { return W_; }
    [[nodiscard]] const entry_summary& summary() const { return summary_; }
    [[nodiscard]] int threads() const { return threads_; }
    [[nodiscard]] int exponent() const { return exponent_; }
    // Whether A is 2^-e W to the last bit.
    [[nodiscard]] bool lossless() const { return is_lossless(summary_.smallest, exponent_); }

    void apply(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const {
        if (rows_)
            spmm(*rows_, f, scale_, X, Y, threads_);
        else
            spmm(W_, f, scale_, X, Y, threads_);
    }
    void apply(entry_map f, const_block X, mutable_block Y, panel_task then) const {
        if (rows_)
            spmm(*rows_, f, scale_, X, Y, threads_, then);
        else
            spmm(W_, f, scale_, X, Y, threads_, then);
    }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const {
        if (columns_)
            spmm(*columns_, f, scale_, X, Y, threads_);
        else
            spmm_adjoint(W_, f, scale_, X, Y, threads_);
    }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y, panel_task then) const {
        if (columns_) return spmm(*columns_, f, scale_, X, Y, threads_, then);
        spmm_adjoint(W_, f, scale_, X, Y, threads_);
        hand_on(Y, threads_, then);
    }

    [[nodiscard]] sparse_operator normalised() const {
        sparse_operator A = *this;
        A.exponent_ = normalising_exponent(summary_.largest, summary_.smallest);
        A.scale_ = std::ldexp(1.0, -A.exponent_);
        return A;
    }

    [[nodiscard]] sparse_operator with_threads(int threads) const {
        sparse_operator A = *this;
        A.threads_ = resolve_threads(threads);
        return A;
    }

    // For many products, with at most `memory` bytes in all. Where they hold one copy only it is that of W^T, whose
    // lack costs more. A copy takes as long as 3 to 30 of its products (docs/performance.md).
    [[nodiscard]] sparse_operator prepared(product_side side, std::size_t memory) const {
        sparse_operator A = *this;
        if (!sell<Scalar>::fits(rows(), cols())) return A;
        const std::size_t adjoint_bytes = sell<Scalar>::bytes(cols(), W_.nnz());
        if (side != product_side::forward && !columns_ && adjoint_bytes <= memory)
            A.columns_ = std::make_shared<const sell<Scalar>>(make_transposed_sell(W_, threads_));
        if (side != product_side::adjoint && !rows_ && adjoint_bytes + sell<Scalar>::bytes(rows(), W_.nnz()) <= memory)
            A.rows_ = std::make_shared<const sell<Scalar>>(make_sell(W_, threads_));
        return A;
    }

    // Bytes of the copies that prepared() made.
    [[nodiscard]] std::size_t prepared_bytes() const {
        return (rows_ ? sell<Scalar>::bytes(rows(), W_.nnz()) : 0) +
               (columns_ ? sell<Scalar>::bytes(cols(), W_.nnz()) : 0);
    }

private:
    csr_view<Scalar, Index> W_;
    entry_summary summary_;
    int threads_;
    int exponent_ = 0;
    double scale_ = 1.0;
    std::shared_ptr<const sell<Scalar>> rows_;
    std::shared_ptr<const sell<Scalar>> columns_;
};

}  // namespace rhochain
