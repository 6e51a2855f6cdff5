// 2^-e P for a chain P (n x n), models linear_operator, for one column at a time. On the way it is rescaled by powers of two, which
// is exact, and at the end brought to the one exponent e: the operator is linear, as Golub-Kahan needs. Each product is a pass of
// a journal (pass_journal.hpp).
#pragma once

#include <rhochain/chains/chain_factors.hpp>
#include <rhochain/chains/pass_journal.hpp>

#include <cstdint>
#include <functional>

namespace rhochain {

class chain_product {
public:
    // Thrown by apply and apply_adjoint at a column of 2^-e P X longer than 2^500: the e in use is not that of P.
    struct beyond_range {};

    // All are borrowed. after_step() counts a step; true stops the product (pass_journal::stopped).
    chain_product(chain_factors& P, pass_journal& journal, const std::function<bool()>& after_step)
        : P_(&P), journal_(&journal), after_step_(&after_step) {}

    void set_exponent(std::int64_t e) { exponent_ = e; }

    [[nodiscard]] std::int64_t rows() const { return P_->size(); }
    [[nodiscard]] std::int64_t cols() const { return P_->size(); }
    void apply(const_block X, mutable_block Y) const { product(direction::forward, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { product(direction::backward, X, Y); }

    // P X with its own exponent.
    [[nodiscard]] scaled_block scaled_product(direction d, const_block X) const;

private:
    void product(direction d, const_block X, mutable_block Y) const;

    chain_factors* P_;
    pass_journal* journal_;
    const std::function<bool()>* after_step_;
    std::int64_t exponent_ = 0;
};

}  // namespace rhochain
