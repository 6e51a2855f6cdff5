// A = 2^-e W for a CSR matrix W (rows x cols), models entrywise_operator. e = 0 unless normalised().
// Cheap to copy; a borrowed W must outlive the operator. Products read W as it is, those with W^T in strips of columns,
// one for each thread, which is several times slower. A prepared() operator makes copies of W in the layouts that its
// products need (product_layouts.hpp), and the operators made from it share them. Every sum runs from the first entry
// to the last: the bits do not depend on the layouts.
#pragma once

#include <rhochain/kernels/products/diagonal_product.hpp>
#include <rhochain/kernels/products/row_pattern.hpp>
#include <rhochain/kernels/products/sell_product.hpp>
#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/kernels/products/tile_product.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/operators/block_on_lines.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/operators/product_layouts.hpp>
#include <rhochain/operators/stored_operator.hpp>

#include <memory>

namespace rhochain {

template <storage_scalar Scalar, index_integer Index>
class sparse_operator {
public:
    // W must be valid (`validate`) and list no position twice (`canonical`). threads = 0: those of the OpenMP runtime.
    explicit sparse_operator(const csr_view<Scalar, Index>& W, int threads = 0)
        : W_(W), summary_(summarise(W, resolve_threads(threads))), threads_(resolve_threads(threads)) {}
    // Owns W.
    explicit sparse_operator(csr<Scalar, Index>&& W, int threads = 0)
        : sparse_operator(std::make_shared<const csr<Scalar, Index>>(std::move(W)), threads) {}
    // `owner` keeps the arrays of W alive.
    sparse_operator(const csr_view<Scalar, Index>& W, std::shared_ptr<const void> owner, int threads)
        : sparse_operator(W, threads) {
        owner_ = std::move(owner);
    }

    [[nodiscard]] std::int64_t rows() const { return W_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return W_.cols(); }
    [[nodiscard]] std::int64_t row_terms() const { return summary_.row_terms; }
    [[nodiscard]] std::int64_t column_terms() const { return summary_.column_terms; }
    [[nodiscard]] int threads() const { return threads_; }
    [[nodiscard]] int exponent() const { return exponent_; }
    // Whether A is 2^-e W to the last bit.
    [[nodiscard]] bool lossless() const { return is_lossless(summary_.smallest, exponent_); }

    void apply(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const { product(false, f, X, Y, nullptr); }
    void apply(entry_map f, const_block X, mutable_block Y, panel_task then) const { product(false, f, X, Y, &then); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const { product(true, f, X, Y, nullptr); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y, panel_task then) const {
        product(true, f, X, Y, &then);
    }

    [[nodiscard]] bool one_sweep() const {
        const auto* bands = bands_if_any();
        return bands != nullptr && both_in_one_sweep(*bands);
    }
    // Y = A X; `between` may change each panel of Y; then Z = A^T Y. Requires one_sweep().
    void apply_both(const_block X, mutable_block Y, mutable_block Z, panel_task between) const {
        spmm_both(*bands_if_any(), entry_map::identity, scale_, X, Y, Z, threads_, between);
    }

    [[nodiscard]] sparse_operator normalised() const {
        return with_exponent(normalising_exponent(summary_.largest, summary_.smallest));
    }
    // 2^-e W.
    [[nodiscard]] sparse_operator with_exponent(int e) const {
        sparse_operator A = *this;
        A.exponent_ = e;
        A.scale_ = std::ldexp(1.0, -e);
        return A;
    }
    [[nodiscard]] const entry_summary& summary() const { return summary_; }

    [[nodiscard]] sparse_operator with_threads(int threads) const {
        sparse_operator A = *this;
        A.threads_ = resolve_threads(threads);
        return A;
    }

    // For many products, with at most `memory` bytes for layouts and pool() together. A layout costs about as much as
    // ten of its products (docs/performance/measurements.md).
    [[nodiscard]] sparse_operator prepared(std::size_t memory) const {
        sparse_operator A = *this;
        A.layouts_ = std::make_shared<product_layouts<Scalar, Index>>(W_, memory);
        A.makes_layouts_ = true;
        return A;
    }

    // For a single product, which uses existing layouts and makes none.
    [[nodiscard]] sparse_operator for_one_product() const {
        sparse_operator A = *this;
        A.makes_layouts_ = false;
        return A;
    }

    // Bytes of the layouts that exist, for all operators that share them.
    [[nodiscard]] std::size_t prepared_bytes() const { return layouts_ ? layouts_->bytes() : 0; }
    // Memory for results and for a call; null unless prepared().
    [[nodiscard]] std::shared_ptr<buffer_pool> pool() const { return layouts_ ? layouts_->pool() : nullptr; }

    [[nodiscard]] stored_entries entries() const { return {W_}; }
    // W[C, C], with as much memory for layouts as those of this operator take.
    [[nodiscard]] linear_map principal(std::span<const std::int64_t> members,
                                       std::span<const std::int64_t> position) const {
        return sparse_operator(principal_part<Index>(W_, members, position), threads_).prepared(prepared_bytes());
    }

private:
    sparse_operator(std::shared_ptr<const csr<Scalar, Index>> W, int threads)
        : sparse_operator(W->view(), W, threads) {}

    // Each layout has the bits of W itself.
    void product(bool adjoint, entry_map f, const_block X, mutable_block Y, const panel_task* then) const {
        if (const auto* bands = bands_if_any())
            return adjoint ? spmm_adjoint(*bands, f, scale_, X, Y, threads_, then)
                           : spmm(*bands, f, scale_, X, Y, threads_, then);
        if (const auto* tiles = tiles_for(X))
            return adjoint ? spmv_adjoint(*tiles, f, scale_, X.data, Y.data, threads_, then)
                           : spmv(*tiles, f, scale_, X.data, Y.data, threads_, then);
        const block_on_lines X_on_lines = on_lines(X);
        if (const auto* slices = slices_for(adjoint, X))
            return spmm(*slices, f, scale_, X_on_lines.get(), Y, threads_, then);
        adjoint ? spmm_adjoint(W_, f, scale_, X_on_lines.get(), Y, threads_, then)
                : spmm(W_, f, scale_, X_on_lines.get(), Y, threads_, then);
    }
    // Layouts of W^T for all products with W^T; of W for single vectors: W itself is as fast for blocks.
    [[nodiscard]] const sell<Scalar>* slices_for(bool adjoint, const_block X) const {
        if (!layouts_) return nullptr;
        if (adjoint) return layouts_->columns(makes_layouts_, threads_);
        return X.columns == 1 ? layouts_->rows(makes_layouts_, threads_) : nullptr;
    }
    // Neighbouring rows of a band read the same rows of X.
    [[nodiscard]] block_on_lines on_lines(const_block X) const {
        return {X, [&] { return is_band(W_); }, pool(), threads_};
    }
    [[nodiscard]] const diagonals<Scalar>* bands_if_any() const {
        return layouts_ ? layouts_->bands(makes_layouts_, threads_) : nullptr;
    }
    [[nodiscard]] const sparse_tiles<Scalar>* tiles_for(const_block X) const {
        return layouts_ && X.columns == 1 ? layouts_->tiles(makes_layouts_, threads_) : nullptr;
    }

    csr_view<Scalar, Index> W_;
    std::shared_ptr<const void> owner_;
    entry_summary summary_;
    int threads_;
    int exponent_ = 0;
    double scale_ = 1.0;
    std::shared_ptr<product_layouts<Scalar, Index>> layouts_;
    bool makes_layouts_ = false;
};

// For linear_map.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] sparse_operator<Scalar, Index> operator_of(const csr_view<Scalar, Index>& W) {
    return sparse_operator<Scalar, Index>(W);
}

}  // namespace rhochain
