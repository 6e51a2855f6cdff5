// 2^-e P for a chain P (n x n), models linear_operator. On the way every column is rescaled by powers of two, which
// is exact, and at the end all are brought to the one exponent e: the operator is linear, as Golub-Kahan needs.
#pragma once

#include <rhochain/chains/chain_factors.hpp>

#include <cstdint>
#include <functional>

namespace rhochain {

class chain_product {
public:
    // What after_step's true answer throws out of a product.
    struct stopped {};

    // Thrown by apply and apply_adjoint at a column of 2^-e P X longer than 2^500: the e in use is not that of P.
    struct beyond_range {};

    // All are borrowed. after_step(b) is called after each step with the number of columns; true stops the product.
    chain_product(chain_factors& P, const std::function<bool(std::int64_t b)>& after_step)
        : P_(&P), after_step_(&after_step) {}

    void set_exponent(std::int64_t e) { exponent_ = e; }

    [[nodiscard]] std::int64_t rows() const { return P_->size(); }
    [[nodiscard]] std::int64_t cols() const { return P_->size(); }
    void apply(const_block X, mutable_block Y) const { product(direction::forward, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { product(direction::backward, X, Y); }

    // P X, each column with its own exponent.
    [[nodiscard]] scaled_block scaled_product(direction d, const_block X) const;

private:
    void product(direction d, const_block X, mutable_block Y) const;

    chain_factors* P_;
    const std::function<bool(std::int64_t b)>* after_step_;
    std::int64_t exponent_ = 0;
};

}  // namespace rhochain
