// An operator without its entries: solvers see products, their entrywise images and how many terms a sum has, and
// nothing else.
#pragma once

#include <rhochain/operators/linear_operator.hpp>

#include <cstdint>
#include <utility>

template <rhochain::entrywise_operator A>
class products_only {
public:
    explicit products_only(A a) : a_(std::move(a)) {}

    [[nodiscard]] std::int64_t rows() const { return a_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return a_.cols(); }
    [[nodiscard]] std::int64_t row_terms() const { return a_.row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return a_.column_terms(); }
    [[nodiscard]] bool lossless() const { return a_.lossless(); }
    [[nodiscard]] int threads() const { return a_.threads(); }
    [[nodiscard]] products_only with_threads(int threads) const { return products_only(a_.with_threads(threads)); }

    void apply(rhochain::const_block X, rhochain::mutable_block Y) const { a_.apply(X, Y); }
    void apply_adjoint(rhochain::const_block X, rhochain::mutable_block Y) const { a_.apply_adjoint(X, Y); }
    void apply(rhochain::entry_map f, rhochain::const_block X, rhochain::mutable_block Y) const { a_.apply(f, X, Y); }
    void apply_adjoint(rhochain::entry_map f, rhochain::const_block X, rhochain::mutable_block Y) const {
        a_.apply_adjoint(f, X, Y);
    }

private:
    A a_;
};
