// (I - Q Q^T) A on vectors x with Q^T x = 0, Q orthonormal. Where Q spans an invariant subspace of A, its eigenvalues
// on that complement are the others of A, with multiplicity. Single vectors only.
#pragma once

#include <rhochain/krylov/krylov_basis.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rhochain {

class deflated_operator {
public:
    // Q must outlive the operator.
    deflated_operator(linear_map A, const krylov_basis& Q) : A_(std::move(A)), Q_(&Q) {}

    [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
    [[nodiscard]] space domain() const { return A_.domain(); }
    [[nodiscard]] space range() const { return A_.range(); }
    [[nodiscard]] bool has_adjoint() const { return A_.has_adjoint(); }
    void apply(block_in x, block_out y) const {
        A_.apply(x, y);
        project(y);
    }
    void apply_adjoint(block_in x, block_out y) const {
        A_.apply_adjoint(x, y);
        project(y);
    }

private:
    void project(block_out y) const {
        std::vector<double> removed(static_cast<std::size_t>(Q_->size()));
        Q_->orthogonalise(y.flat(), removed);
    }

    linear_map A_;
    const krylov_basis* Q_;
};

}  // namespace rhochain
