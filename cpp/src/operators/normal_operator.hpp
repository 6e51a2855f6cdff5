// A^T A for a map A (m x n), symmetric and positive semidefinite: its eigenvalues are the squares of A's singular
// values, its eigenvectors the right singular vectors. One product costs two products with A, or one apply_both if
// A.one_sweep(). Memory: a block of m rows as wide as the widest product. One product at a time.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/storage/buffer.hpp>

namespace rhochain {

class normal_operator {
public:
    explicit normal_operator(linear_map A) : A_(std::move(A)) {}

    [[nodiscard]] std::int64_t rows() const { return A_.cols(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }

    void apply(const_block X, mutable_block Y) const {
        const std::int64_t m = A_.range().length();
        image_.resize(static_cast<std::size_t>(m * X.columns));
        const mutable_block image(image_.data(), m, X.columns);
        if (A_.one_sweep()) {
            A_.apply_both(X, image, Y, [](std::int64_t, std::int64_t, const double*) {});
        } else {
            A_.apply(X, image);
            A_.apply_adjoint(image, Y);
        }
    }
    void apply_adjoint(const_block X, mutable_block Y) const { apply(X, Y); }

private:
    linear_map A_;
    mutable buffer<double> image_;
};

}  // namespace rhochain
