// A^T A for a map A (m x n), symmetric and positive semidefinite: its eigenvalues are the squares of A's singular
// values, its eigenvectors the right singular vectors. One product costs two products with A, or one apply_both if
// A.one_sweep(). Memory: a block of m rows as wide as the widest product. One product at a time.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>

namespace rhochain {

class normal_operator {
public:
    explicit normal_operator(linear_map A) : A_(std::move(A)) {}

    [[nodiscard]] std::int64_t rows() const { return A_.cols(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }

    void apply(block_in X, block_out Y) const {
        image_.reshape(A_.range(), X.columns());
        if (A_.one_sweep()) {
            A_.apply_both(X, image_, Y, [](std::int64_t, std::int64_t, panel_in) {});
        } else {
            A_.apply(X, image_);
            A_.apply_adjoint(image_, Y);
        }
    }
    void apply_adjoint(block_in X, block_out Y) const { apply(X, Y); }

private:
    linear_map A_;
    mutable vector_block image_;
};

}  // namespace rhochain
