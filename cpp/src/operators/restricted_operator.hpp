// W restricted to an index set C by zeroing: y = P W P x with P the projection on C, for a C that holds nearly all
// indices. No copy of the matrix. Invariant: x is zero outside C, and so is y.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include "kernels/vectors/gather.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace rhochain {

class restricted_operator {
public:
    // `outside` lists the indices not in C.
    restricted_operator(linear_map W, std::shared_ptr<const std::vector<std::int64_t>> outside)
        : W_(std::move(W)), outside_(std::move(outside)) {}

    [[nodiscard]] std::int64_t rows() const { return W_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return W_.cols(); }
    [[nodiscard]] space domain() const { return W_.domain(); }
    [[nodiscard]] space range() const { return W_.range(); }
    [[nodiscard]] moduli modulus() const { return W_.modulus(); }
    [[nodiscard]] std::int64_t row_terms() const { return W_.row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return W_.column_terms(); }
    [[nodiscard]] bool lossless() const { return W_.lossless(); }
    [[nodiscard]] int exponent() const { return W_.exponent(); }

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const {
        W_.apply(f, X, Y);
        zero_rows(*outside_, Y, W_.range());
    }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const {
        W_.apply_adjoint(f, X, Y);
        zero_rows(*outside_, Y, W_.domain());
    }

private:
    linear_map W_;
    std::shared_ptr<const std::vector<std::int64_t>> outside_;
};

}  // namespace rhochain
