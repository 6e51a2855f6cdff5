// B = D A D^-1 for a square A and D = diag(exp(d)), without a copy of A:
//     B X = D (A (D^-1 X)),   B^T X = D^-1 (A^T (D X)).
// The computed D has |d_i| <= most_log_scaling, so that D, D^-1 and their squares stay within the range of float64;
// exp and the reciprocal round once, which changes ||B|| by less than 4 units of rounding.
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

    void set(vector_in log_scaling) {
        exponential_pairs(log_scaling, most_log_scaling, D_, inverse_, A_.domain());
    }

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    [[nodiscard]] vector_in inverse() const { return inverse_; }  // the diagonal of D^-1

    void apply(block_in X, block_out Y) const {
        const block_in T = scaled(inverse_, X);
        A_.apply(T, Y);
        scale_rows(1.0, D_, Y, Y, A_.domain());
    }
    void apply_adjoint(block_in X, block_out Y) const {
        const block_in T = scaled(D_, X);
        A_.apply_adjoint(T, Y);
        scale_rows(1.0, inverse_, Y, Y, A_.domain());
    }

private:
    block_in scaled(vector_in diagonal, block_in X) const {
        scratch_.reshape(A_.domain(), X.columns());
        scale_rows(1.0, diagonal, X, scratch_, A_.domain());
        return scratch_;
    }

    linear_map A_;
    vector_block D_;
    vector_block inverse_;
    mutable vector_block scratch_;
};

}  // namespace rhochain
