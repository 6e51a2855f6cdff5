// A^T as a map of its own.
#pragma once

#include <rhochain/operators/linear_map.hpp>

namespace rhochain {

class adjoint_operator {
public:
    explicit adjoint_operator(linear_map A) : A_(std::move(A)) {}

    [[nodiscard]] std::int64_t rows() const { return A_.cols(); }
    [[nodiscard]] std::int64_t cols() const { return A_.rows(); }
    [[nodiscard]] space domain() const { return A_.range(); }
    [[nodiscard]] space range() const { return A_.domain(); }
    [[nodiscard]] moduli modulus() const { return A_.modulus(); }
    [[nodiscard]] bool lossless() const { return A_.lossless(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.column_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return A_.row_terms(); }
    void apply(block_in X, block_out Y) const { A_.apply_adjoint(X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { A_.apply(X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const { A_.apply_adjoint(f, X, Y); }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const { A_.apply(f, X, Y); }

private:
    linear_map A_;
};

}  // namespace rhochain
