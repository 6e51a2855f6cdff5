// J = I - D + s D W for a square W, D = diag(a), 0 < a_i <= 1, and a slope s > 0: the Jacobian of a linear network with
// leak. `a` has one entry, for all neurons, or one for each neuron of this process. Memory: none of its own.
//
// Where W has a majorant M alone, I - D + s D M is one of J, and I - D + s^2 D Q one of J o J for Q >= W o W, as
// ((1 - a) d + a s w)^2 <= (1 - a) d^2 + a s^2 w^2 (convexity). Of a W with |W| itself J gives products alone.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/solvers/leaky_products.hpp"

#include <utility>
#include <vector>

namespace rhochain {

class leaky_operator {
public:
    // W = 2^exponent A.
    leaky_operator(linear_map A, std::vector<double> leak, int exponent, double slope = 1.0)
        : A_(std::move(A)), leak_(std::move(leak)), exponent_(exponent), slope_(slope) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }
    [[nodiscard]] bool has_adjoint() const { return A_.has_adjoint(); }
    [[nodiscard]] moduli modulus() const { return A_.modulus() == moduli::majorant ? moduli::majorant : moduli::none; }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + 5; }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms() + 5; }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const {
        A_.apply(f, X, Y);
        add_kept(leak_, slope_of(f), exponent_of(f), X, Y, domain());
    }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const {
        vector_block T(domain(), X.columns());
        weight_by_leak(leak_, slope_of(f), exponent_of(f), X, T, domain());
        A_.apply_adjoint(f, T, Y);
        add_rest(leak_, X, Y, domain());
    }

private:
    [[nodiscard]] int exponent_of(entry_map f) const { return f == entry_map::squared ? 2 * exponent_ : exponent_; }
    [[nodiscard]] double slope_of(entry_map f) const { return f == entry_map::squared ? slope_ * slope_ : slope_; }

    linear_map A_;
    std::vector<double> leak_;
    int exponent_;
    double slope_;
};

// I - D + s D |W|, whose entries are at least the absolute values of those of J, and of all Jacobians with slopes up to
// s in modulus: for bounds from above.
class leaky_modulus {
public:
    // W = 2^exponent A. Requires A.bounded().
    leaky_modulus(linear_map A, std::vector<double> leak, int exponent, double slope = 1.0)
        : A_(std::move(A)), leak_(std::move(leak)), exponent_(exponent), slope_(slope) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + 5; }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms() + 5; }

    void apply(block_in X, block_out Y) const { apply(entry_map::absolute, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::absolute, X, Y); }
    void apply(entry_map, block_in X, block_out Y) const {
        A_.apply(entry_map::absolute, X, Y);
        add_kept(leak_, slope_, exponent_, X, Y, domain());
    }
    void apply_adjoint(entry_map, block_in X, block_out Y) const {
        vector_block T(domain(), X.columns());
        weight_by_leak(leak_, slope_, exponent_, X, T, domain());
        A_.apply_adjoint(entry_map::absolute, T, Y);
        add_rest(leak_, X, Y, domain());
    }

private:
    linear_map A_;
    std::vector<double> leak_;
    int exponent_;
    double slope_;
};

}  // namespace rhochain
