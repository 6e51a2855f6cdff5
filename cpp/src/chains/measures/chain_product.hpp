// 2^-e P for a chain P (n x n), models linear_operator, for one column at a time. On the way it is rescaled by powers
// of two, which is exact, and at the end brought to the one exponent e: the operator is linear, as Golub-Kahan needs.
// Each product is a pass of a log (pass_log.hpp).
#pragma once

#include "chains/measures/factor_reader.hpp"
#include "chains/measures/pass_log.hpp"

#include <cstdint>
#include <functional>

namespace rhochain {

class chain_product {
public:
    // Thrown by apply and apply_adjoint at a column of 2^-e P X longer than 2^500: the e in use is not that of P.
    struct beyond_range {};

    // All are borrowed. after_step() counts a step; true stops the product (pass_log::stopped).
    chain_product(factor_reader& P, pass_log& log, const std::function<bool()>& after_step)
        : P_(&P), log_(&log), after_step_(&after_step) {}

    void set_exponent(std::int64_t e) { exponent_ = e; }

    [[nodiscard]] std::int64_t rows() const { return P_->size(); }
    [[nodiscard]] std::int64_t cols() const { return P_->size(); }
    [[nodiscard]] const space& domain() const { return P_->domain(); }
    [[nodiscard]] const space& range() const { return P_->domain(); }
    void apply(block_in X, block_out Y) const { product(direction::forward, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { product(direction::backward, X, Y); }

    // P X with its own exponent.
    [[nodiscard]] scaled_block scaled_product(direction d, block_in X) const;

private:
    void product(direction d, block_in X, block_out Y) const;

    factor_reader* P_;
    pass_log* log_;
    const std::function<bool()>* after_step_;
    std::int64_t exponent_ = 0;
};

}  // namespace rhochain
