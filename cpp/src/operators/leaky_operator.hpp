// J = I - D + D W for a square W and D = diag(a), 0 < a_i <= 1: the Jacobian of a linear network with leak. `a` has one
// entry, for all neurons, or one for each neuron of this process. Memory: none of its own.
//
// Where W has a majorant M alone, I - D + D M is one of J, and I - D + D Q one of J o J for Q >= W o W, as
// ((1 - a) d + a w)^2 <= (1 - a) d^2 + a w^2 (convexity). Of a W with |W| itself J gives products alone.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/solvers/leaky_products.hpp"

#include <utility>
#include <vector>

namespace rhochain {

class leaky_operator {
public:
    // J = I - D + 2^exponent D A.
    leaky_operator(linear_map A, std::vector<double> leak, int exponent)
        : A_(std::move(A)), leak_(std::move(leak)), exponent_(exponent) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }
    [[nodiscard]] moduli modulus() const {
        return A_.modulus() == moduli::majorant ? moduli::majorant : moduli::none;
    }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + 4; }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms() + 4; }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const {
        A_.apply(f, X, Y);
        add_kept(leak_, exponent_of(f), X, Y, domain());
    }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const {
        vector_block T(domain(), X.columns());
        weight_by_leak(leak_, exponent_of(f), X, T, domain());
        A_.apply_adjoint(f, T, Y);
        add_rest(leak_, X, Y, domain());
    }

private:
    [[nodiscard]] int exponent_of(entry_map f) const { return f == entry_map::squared ? 2 * exponent_ : exponent_; }

    linear_map A_;
    std::vector<double> leak_;
    int exponent_;
};

// I - D + D |W|, whose entries are at least the absolute values of those of J: for bounds of rho(J) from above.
class leaky_modulus {
public:
    // Requires A.bounded().
    leaky_modulus(linear_map A, std::vector<double> leak, int exponent)
        : A_(std::move(A)), leak_(std::move(leak)), exponent_(exponent) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + 4; }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms() + 4; }

    void apply(block_in X, block_out Y) const { apply(entry_map::absolute, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::absolute, X, Y); }
    void apply(entry_map, block_in X, block_out Y) const {
        A_.apply(entry_map::absolute, X, Y);
        add_kept(leak_, exponent_, X, Y, domain());
    }
    void apply_adjoint(entry_map, block_in X, block_out Y) const {
        vector_block T(domain(), X.columns());
        weight_by_leak(leak_, exponent_, X, T, domain());
        A_.apply_adjoint(entry_map::absolute, T, Y);
        add_rest(leak_, X, Y, domain());
    }

private:
    linear_map A_;
    std::vector<double> leak_;
    int exponent_;
};

}  // namespace rhochain
