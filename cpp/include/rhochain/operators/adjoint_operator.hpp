// A^T as an operator of its own. The operator A is borrowed.
#pragma once

#include <rhochain/operators/linear_operator.hpp>

namespace rhochain {

class adjoint_operator {
public:
    // Entrywise images and numbers of terms require A.entrywise().
    explicit adjoint_operator(operator_ref A) : A_(A) {}

    [[nodiscard]] std::int64_t rows() const { return A_.cols(); }
    [[nodiscard]] std::int64_t cols() const { return A_.rows(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.column_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return A_.row_terms(); }
    void apply(const_block X, mutable_block Y) const { A_.apply_adjoint(X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { A_.apply(X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const { A_.apply_adjoint(f, X, Y); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const { A_.apply(f, X, Y); }

private:
    operator_ref A_;
};

}  // namespace rhochain
