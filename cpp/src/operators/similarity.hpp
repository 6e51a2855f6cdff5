// B = D A D^-1 for a square A and D = diag(exp(d)), without a copy of A:
//     B X = D (A (D^-1 X)),   B^T X = D^-1 (A^T (D X)).
// The computed D has |d_i| <= most_log_scaling, so that D, D^-1 and their squares stay within the range of float64;
// exp and the reciprocal round once, which changes ||B|| by less than 4 units of rounding.
// Memory: 2 n doubles and a block as wide as the widest product. One product at a time.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/storage/buffer.hpp>
#include "kernels/solvers/scaling_ops.hpp"
#include "kernels/vectors/row_scaling.hpp"

#include <vector>

namespace rhochain {

inline constexpr double most_log_scaling = 300.0;

class similarity {
public:
    similarity(linear_map A, vector_in log_scaling) : A_(std::move(A)) { set(log_scaling); }
    similarity(const similarity&) = delete;
    similarity& operator=(const similarity&) = delete;

    void set(vector_in log_scaling) {
        D_.resize(log_scaling.size());
        inverse_.resize(log_scaling.size());
        exponential_pairs(log_scaling, most_log_scaling, D_, inverse_, A_.domain());
    }

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    [[nodiscard]] const std::vector<double>& inverse() const { return inverse_; }  // the diagonal of D^-1

    void apply(const_block X, mutable_block Y) const {
        const const_block T = scaled(inverse_, X);
        A_.apply(T, Y);
        scale_rows(1.0, D_, Y, Y, A_.domain());
    }
    void apply_adjoint(const_block X, mutable_block Y) const {
        const const_block T = scaled(D_, X);
        A_.apply_adjoint(T, Y);
        scale_rows(1.0, inverse_, Y, Y, A_.domain());
    }

private:
    const_block scaled(const std::vector<double>& diagonal, const_block X) const {
        scratch_.resize(static_cast<std::size_t>(X.size()));
        const mutable_block T(scratch_.data(), X.rows, X.columns);
        scale_rows(1.0, diagonal, X, T, A_.domain());
        return T;
    }

    linear_map A_;
    std::vector<double> D_;
    std::vector<double> inverse_;
    mutable buffer<double> scratch_;
};

}  // namespace rhochain
