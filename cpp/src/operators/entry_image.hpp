// f(A) for an entrywise map f as a map of its own, such as |A|.
#pragma once

#include <rhochain/operators/linear_map.hpp>

namespace rhochain {

class entry_image {
public:
    // Requires A.bounded().
    entry_image(linear_map A, entry_map f) : A_(std::move(A)), f_(f) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    void apply(block_in X, block_out Y) const { A_.apply(f_, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { A_.apply_adjoint(f_, X, Y); }

private:
    linear_map A_;
    entry_map f_;
};

}  // namespace rhochain
