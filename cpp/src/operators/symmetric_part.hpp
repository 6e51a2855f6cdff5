// (A + A^T) / 2 of a square A as a map of its own. Its products with absolute values are those of (|A| + |A^T|) / 2,
// whose entries are at least the absolute values of the symmetric part. Memory: a block as wide as the widest product.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/storage/buffer.hpp>
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
    [[nodiscard]] bool entrywise() const { return A_.entrywise(); }
    [[nodiscard]] std::int64_t row_terms() const { return A_.row_terms() + A_.column_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return row_terms(); }

    void apply(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const { apply(f, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const {
        scratch_.resize(static_cast<std::size_t>(X.size()));
        const mutable_block T(scratch_.data(), X.rows, X.columns);
        A_.apply(f, X, Y);
        A_.apply_adjoint(f, X, T);
        combine_blocks(0.5, T, 0.5, Y, A_.domain());
    }

private:
    linear_map A_;
    mutable buffer<double> scratch_;
};

}  // namespace rhochain
