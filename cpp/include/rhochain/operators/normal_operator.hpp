// A^T A for an operator A (m x n), symmetric and positive semidefinite: its eigenvalues are the squares of A's singular values,
// its eigenvectors the right singular vectors. One product is two with A, in one sweep where A has one. Memory: a block of m rows
// as wide as the widest product. One product at a time.
#pragma once

#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/storage/buffer.hpp>

namespace rhochain {

class normal_operator {
public:
    explicit normal_operator(operator_ref A) : A_(A) {}

    [[nodiscard]] std::int64_t rows() const { return A_.cols(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }

    void apply(const_block X, mutable_block Y) const {
        image_.resize(static_cast<std::size_t>(A_.rows() * X.columns));
        const mutable_block image(image_.data(), A_.rows(), X.columns);
        A_.apply_both(X, image, Y, 1, [](std::int64_t, std::int64_t, const double*) {});
    }
    void apply_adjoint(const_block X, mutable_block Y) const { apply(X, Y); }

private:
    operator_ref A_;
    mutable buffer<double> image_;
};

}  // namespace rhochain
