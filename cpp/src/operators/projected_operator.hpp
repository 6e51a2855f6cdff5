// B = A P for an A that vanishes outside an index set C, as restricted_operator.hpp has it, and P the projection on C:
// the map of C for vectors that do not vanish outside, such as random starts. With A^T in place of A as well, B is
// P W P both ways, and B^T its adjoint. Memory: a block as wide as the widest product. One product at a time.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/gather.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rhochain {

class projected_operator {
public:
    // `outside` lists the indices not in C.
    projected_operator(linear_map A, std::shared_ptr<const std::vector<std::int64_t>> outside)
        : A_(std::move(A)), outside_(std::move(outside)), scratch_(std::make_shared<vector_block>()) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    [[nodiscard]] moduli modulus() const { return A_.modulus(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return A_.column_terms(); }
    [[nodiscard]] bool lossless() const { return A_.lossless(); }
    [[nodiscard]] int exponent() const { return A_.exponent(); }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const { A_.apply(f, projected(X, A_.domain()), Y); }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const { A_.apply_adjoint(f, projected(X, A_.range()), Y); }

private:
    block_in projected(block_in X, const space& S) const {
        scratch_->reshape(S, X.columns());
        copy_block(X, *scratch_, S);
        zero_rows(*outside_, *scratch_, S);
        return *scratch_;
    }

    linear_map A_;
    std::shared_ptr<const std::vector<std::int64_t>> outside_;
    std::shared_ptr<vector_block> scratch_;
};

}  // namespace rhochain
