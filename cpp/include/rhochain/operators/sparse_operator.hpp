// A = 2^-e W for a borrowed CSR matrix W (rows x cols), models entrywise_operator. e = 0 unless normalised().
// Cheap to copy; W must outlive it. Adjoint products read W as it is, each thread a strip of columns, or a transposed
// copy of W once with_transpose() has made one: as fast as forward products, for the memory of W once more. Either way
// each sum runs over the rows from first to last: the bits are the same.
#pragma once

#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/spmm.hpp>
#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/operators/stored_operator.hpp>

#include <memory>

namespace rhochain {

template <storage_scalar Scalar, index_integer Index>
class sparse_operator {
public:
    // W must be valid (`validate`) and list no position twice (`canonical`). threads = 0: as OpenMP decides.
    explicit sparse_operator(const csr_view<Scalar, Index>& W, int threads = 0)
        : W_(W), summary_(summarise(W)), threads_(resolve_threads(threads)) {}

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
    void apply(entry_map f, const_block X, mutable_block Y) const { spmm(W_, f, scale_, X, Y, threads_); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const {
        if (transpose_)
            spmm(transpose_->view(), f, scale_, X, Y, threads_);
        else
            spmm_adjoint(W_, f, scale_, X, Y, threads_);
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

    // Bytes of the transposed copy that with_transpose() makes.
    [[nodiscard]] std::size_t transpose_bytes() const {
        return static_cast<std::size_t>(W_.nnz()) * (sizeof(Scalar) + sizeof(Index)) +
               static_cast<std::size_t>(W_.cols() + 1) * sizeof(Index);
    }

    [[nodiscard]] bool has_transpose() const { return transpose_ != nullptr; }

    // Shares the copy with the operators made from this one.
    [[nodiscard]] sparse_operator with_transpose() const {
        sparse_operator A = *this;
        if (!transpose_) A.transpose_ = std::make_shared<const csr<Scalar, Index>>(transpose(W_));
        return A;
    }

private:
    csr_view<Scalar, Index> W_;
    entry_summary summary_;
    int threads_;
    int exponent_ = 0;
    double scale_ = 1.0;
    std::shared_ptr<const csr<Scalar, Index>> transpose_;
};

}  // namespace rhochain
