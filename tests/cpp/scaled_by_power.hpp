// An operator without its entries: W = 2^exponent A with the products of A and their entrywise images.
#pragma once

#include <rhochain/operators/linear_operator.hpp>

#include <cstdint>
#include <utility>

template <rhochain::entrywise_operator A>
class scaled_by_power {
public:
    scaled_by_power(A a, int exponent) : a_(std::move(a)), exponent_(exponent) {}

    [[nodiscard]] std::int64_t rows() const { return a_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return a_.cols(); }
    [[nodiscard]] std::int64_t row_terms() const { return a_.row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return a_.column_terms(); }
    [[nodiscard]] bool lossless() const { return a_.lossless(); }
    [[nodiscard]] int threads() const { return a_.threads(); }
    [[nodiscard]] scaled_by_power with_threads(int threads) const { return {a_.with_threads(threads), exponent_}; }
    [[nodiscard]] int exponent() const { return exponent_; }

    void apply(rhochain::const_block X, rhochain::mutable_block Y) const { a_.apply(X, Y); }
    void apply_adjoint(rhochain::const_block X, rhochain::mutable_block Y) const { a_.apply_adjoint(X, Y); }
    void apply(rhochain::entry_map f, rhochain::const_block X, rhochain::mutable_block Y) const { a_.apply(f, X, Y); }
    void apply_adjoint(rhochain::entry_map f, rhochain::const_block X, rhochain::mutable_block Y) const {
        a_.apply_adjoint(f, X, Y);
    }

private:
    A a_;
    int exponent_;
};
