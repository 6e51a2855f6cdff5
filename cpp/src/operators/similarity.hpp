// B = D A D^-1 for a square A and D = diag(exp(d)), without a copy of A:
//     B X = D (A (D^-1 X)),   B^T X = D^-1 (A^T (D X)).
// The computed D has |d_i| <= most_log_scaling, so that D, D^-1 and their squares stay within the range of float64;
// exp and the reciprocal round once, which changes ||B|| by less than 4 units of rounding.
// D M D^-1 is its majorant where M is one of A; of a matrix with |A| itself it gives products alone.
// Memory: 2 n doubles and a block as wide as the widest product. One product at a time.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/solvers/scaling_ops.hpp"
#include "kernels/vectors/row_scaling.hpp"

namespace rhochain {

inline constexpr double most_log_scaling = 300.0;

class similarity {
public:
    similarity(linear_map A, vector_in log_scaling) : A_(std::move(A)), D_(A_.domain()), inverse_(A_.domain()) {
        set(log_scaling);
    }
    similarity(const similarity&) = delete;
    similarity& operator=(const similarity&) = delete;

    void set(vector_in log_scaling) { exponential_pairs(log_scaling, most_log_scaling, D_, inverse_, A_.domain()); }

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    [[nodiscard]] vector_in inverse() const { return inverse_; }  // the diagonal of D^-1
    [[nodiscard]] moduli modulus() const { return A_.modulus() == moduli::majorant ? moduli::majorant : moduli::none; }
    // The roundings of D, D^-1 and of two products with each of them.
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + 8; }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms() + 8; }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const {
        const block_in T = scaled(f, inverse_, X);
        A_.apply(f, T, Y);
        scale_by(f, D_, Y, Y);
    }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const {
        const block_in T = scaled(f, D_, X);
        A_.apply_adjoint(f, T, Y);
        scale_by(f, inverse_, Y, Y);
    }

private:
    block_in scaled(entry_map f, vector_in diagonal, block_in X) const {
        scratch_.reshape(A_.domain(), X.columns());
        scale_by(f, diagonal, X, scratch_);
        return scratch_;
    }
    // By the diagonal, or by its square beside A o A.
    void scale_by(entry_map f, vector_in diagonal, block_in X, block_out Y) const {
        scale_rows(1.0, diagonal, X, Y, A_.domain());
        if (f == entry_map::squared) scale_rows(1.0, diagonal, Y, Y, A_.domain());
    }

    linear_map A_;
    vector_block D_;
    vector_block inverse_;
    mutable vector_block scratch_;
};

}  // namespace rhochain
