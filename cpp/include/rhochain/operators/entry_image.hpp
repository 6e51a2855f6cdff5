// f(A) for an entrywise map f as an operator of its own, such as |A|. The operator is borrowed.
#pragma once

#include <rhochain/operators/linear_operator.hpp>

namespace rhochain {

class entry_image {
public:
    // Requires A.entrywise().
    entry_image(operator_ref A, entry_map f) : A_(A), f_(f) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    void apply(const_block X, mutable_block Y) const { A_.apply(f_, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { A_.apply_adjoint(f_, X, Y); }

private:
    operator_ref A_;
    entry_map f_;
};

}  // namespace rhochain
