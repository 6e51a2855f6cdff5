// (A + A^T) / 2 of a square A as a map of its own. (|A| + |A^T|) / 2 is its majorant. Memory: a block as wide as the
// widest product.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/vectors/block_ops.hpp"

namespace rhochain {

class symmetric_part {
public:
    explicit symmetric_part(linear_map A) : A_(std::move(A)) {}
    symmetric_part(const symmetric_part&) = delete;
    symmetric_part& operator=(const symmetric_part&) = delete;

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.domain(); }
    [[nodiscard]] moduli modulus() const { return A_.bounded() ? moduli::majorant : moduli::none; }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + A_.column_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return row_terms(); }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const { apply(f, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const {
        scratch_.reshape(A_.domain(), X.columns());
        A_.apply(f, X, Y);
        A_.apply_adjoint(f, X, scratch_);
        combine_blocks(0.5, scratch_, 0.5, Y, A_.domain());
    }

private:
    linear_map A_;
    mutable vector_block scratch_;
};

}  // namespace rhochain
