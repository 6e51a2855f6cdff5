// W restricted to an index set C by zeroing: y = P W P x with P the projection on C, for a C that holds nearly all
// indices. No copy of the matrix. Invariant: x is zero outside C, and so is y.
#pragma once

#include <rhochain/operators/linear_operator.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

template <entrywise_operator A>
class restricted_operator {
public:
    // `outside` lists the indices not in C. Both are borrowed.
    restricted_operator(const A& W, std::span<const std::int64_t> outside) : W_(&W), outside_(outside) {}

    [[nodiscard]] std::int64_t rows() const { return W_->rows(); }
    [[nodiscard]] std::int64_t cols() const { return W_->cols(); }
    [[nodiscard]] std::int64_t row_terms() const { return W_->row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return W_->column_terms(); }
    [[nodiscard]] bool lossless() const
        requires requires(const A& a) { a.lossless(); }
    {
        return W_->lossless();
    }

    void project(mutable_block X) const {
        for (const std::int64_t i : outside_)
            for (std::int64_t c = 0; c < X.columns; ++c) X.row(i)[c] = 0.0;
    }

    void apply(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const {
        W_->apply(f, X, Y);
        project(Y);
    }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const {
        W_->apply_adjoint(f, X, Y);
        project(Y);
    }

private:
    const A* W_;
    std::span<const std::int64_t> outside_;
};

}  // namespace rhochain
