// A with Y = A X taken as y_j = A x_j, one column after the other. A stored matrix has one layout for products with
// vectors and another for products with blocks: a narrow block does without the second. Memory: a vector of the domain
// and one of the range.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/block_ops.hpp"

#include <cstdint>
#include <utility>

namespace rhochain {

class columnwise_operator {
public:
    // Requires A.bounded().
    explicit columnwise_operator(linear_map A) : A_(std::move(A)) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    [[nodiscard]] moduli modulus() const { return A_.modulus(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms(); }
    [[nodiscard]] bool lossless() const { return A_.lossless(); }
    [[nodiscard]] int exponent() const { return A_.exponent(); }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const {
        column_by_column(X, A_.domain(), Y, A_.range(), [&](block_in x, block_out y) { A_.apply(f, x, y); });
    }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const {
        column_by_column(X, A_.range(), Y, A_.domain(), [&](block_in x, block_out y) { A_.apply_adjoint(f, x, y); });
    }

private:
    template <class Product>
    static void column_by_column(block_in X, const space& from, block_out Y, const space& to, const Product& product) {
        vector_block x(from), y(to);
        for (std::int64_t c = 0; c < X.columns(); ++c) {
            copy_column(X, c, x, from);
            product(x, y);
            place_columns(1.0, y, c, Y, to);
        }
    }

    linear_map A_;
};

}  // namespace rhochain
