// A = 2^-e W for a borrowed dense W, models entrywise_operator. e = 0 unless normalised(). A column-major array
// is the row-major array of its transpose. Cheap to copy; the array must outlive the operator.
#pragma once

#include <rhochain/kernels/products/gemm.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/operators/stored_operator.hpp>

namespace rhochain {

enum class dense_layout { row_major, column_major };

template <storage_scalar Scalar>
class dense_operator {
public:
    // `stored` is W for row_major, W^T for column_major. threads = 0: those of the OpenMP runtime.
    explicit dense_operator(const dense_view<Scalar>& stored, dense_layout layout = dense_layout::row_major,
                            int threads = 0)
        : stored_(stored),
          summary_(summarise(stored, resolve_threads(threads))),
          transposed_(layout == dense_layout::column_major),
          threads_(resolve_threads(threads)) {}

    [[nodiscard]] std::int64_t rows() const { return transposed_ ? stored_.cols() : stored_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return transposed_ ? stored_.rows() : stored_.cols(); }
    [[nodiscard]] std::int64_t row_terms() const { return transposed_ ? summary_.column_terms : summary_.row_terms; }
    [[nodiscard]] std::int64_t column_terms() const { return transposed_ ? summary_.row_terms : summary_.column_terms; }
    [[nodiscard]] int threads() const { return threads_; }
    [[nodiscard]] int exponent() const { return exponent_; }
    // Whether A is 2^-e W to the last bit.
    [[nodiscard]] bool lossless() const { return is_lossless(summary_.smallest, exponent_); }

    void apply(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const { product(transposed_, f, X, Y); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const { product(!transposed_, f, X, Y); }

    [[nodiscard]] stored_entries entries() const { return {stored_, transposed_}; }
    // W[C, C], as a sparse matrix.
    [[nodiscard]] linear_map principal(std::span<const std::int64_t> members,
                                       std::span<const std::int64_t> position) const {
        auto part = principal_part<std::int64_t>(stored_, members, position);
        if (transposed_) part = transpose(part.view());
        return sparse_operator(std::move(part), threads_).prepared(0);
    }

    [[nodiscard]] dense_operator normalised() const {
        dense_operator A = *this;
        A.exponent_ = normalising_exponent(summary_.largest, summary_.smallest);
        A.scale_ = std::ldexp(1.0, -A.exponent_);
        return A;
    }

    [[nodiscard]] dense_operator with_threads(int threads) const {
        dense_operator A = *this;
        A.threads_ = resolve_threads(threads);
        return A;
    }

private:
    void product(bool adjoint, entry_map f, const_block X, mutable_block Y) const {
        if (adjoint)
            gemm_adjoint(stored_, f, scale_, X, Y, threads_);
        else
            gemm(stored_, f, scale_, X, Y, threads_);
    }

    dense_view<Scalar> stored_;
    entry_summary summary_;
    bool transposed_;
    int threads_;
    int exponent_ = 0;
    double scale_ = 1.0;
};

}  // namespace rhochain
