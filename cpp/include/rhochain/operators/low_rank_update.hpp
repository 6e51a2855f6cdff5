// A = 2^-e (W + U V) for a square W (n x n) with bounded() products, U (n x k) and V (k x n), k small, as a map of its
// own: a reservoir that reads its own output. Models entrywise_operator, with majorants; e = 0 unless normalised().
//     A X = W X + U (V X),   A^T X = W^T X + V^T (U^T X)
// Nothing of size n x n is made. Majorants, entry by entry:
//     absolute   |A| <= M = |W| + |U| |V|
//     squared    A o A <= 2 (W o W + a b^T),   a_i = sum_l U_il^2, b_j = sum_l V_lj^2   (Cauchy-Schwarz)
// so that M bounds norms and radii from above, and says nothing from below: where U V cancels W, M is not small.
//
// Rounding. fl(V x) errs by at most g(n) |V| |x|, the k products and sums with U by g(k + 1) more, W x by g(r), r the
// terms of a row of W, and the last sum by u: |fl(A x) - A x| <= g(max(r, n + k + 1) + 1) M |x|. row_terms() is
// r + n + 2 k + 4, which covers the sums in a and b as well; so column_terms().
//
// Range. A power of two for each l moves from V to U or back, so that the largest |U_il| over i lies in [1/2, 1): no
// sum with U underflows or overflows where the result does not. Entries of |U| and |V| other than 0 are raised to
// 2^-150, where the largest is near 1, and |U| |V| to at least 2^-200 of |W|. So no product of |U| |V| with an x of
// entries above 2^-400 underflows, and g M |x| covers what A loses to underflow. U and V are copied, in float64: four
// blocks of n x k.
#pragma once

#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <memory>

namespace rhochain {

class low_rank_update {
public:
    // V is given by its transpose, n x k, as U is; both finite. Throws std::invalid_argument for a W that is not square
    // or not bounded(), factors of other shapes and a U V beyond 2^1000.
    low_rank_update(linear_map W, block_in U, block_in V_transposed);

    [[nodiscard]] std::int64_t rows() const { return W_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return W_.cols(); }
    [[nodiscard]] std::int64_t rank() const;
    [[nodiscard]] space domain() const { return W_.domain(); }
    [[nodiscard]] space range() const { return W_.range(); }
    [[nodiscard]] int threads() const { return W_.threads(); }
    [[nodiscard]] moduli modulus() const { return moduli::majorant; }
    [[nodiscard]] std::int64_t row_terms() const { return W_.row_terms() + terms_of_update(); }
    [[nodiscard]] std::int64_t column_terms() const { return W_.column_terms() + terms_of_update(); }
    [[nodiscard]] int exponent() const { return exponent_; }
    // Whether W, as A has it, has the bits of W. Of U and V nothing is lost beyond g M.
    [[nodiscard]] bool lossless() const;

    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, block_in X, block_out Y) const;
    void apply_adjoint(entry_map f, block_in X, block_out Y) const;

    [[nodiscard]] low_rank_update normalised() const;
    [[nodiscard]] low_rank_update with_threads(int threads) const;
    [[nodiscard]] low_rank_update for_one_product() const;
    [[nodiscard]] std::shared_ptr<buffer_pool> pool() const { return W_.pool(); }
    [[nodiscard]] std::size_t prepared_bytes() const { return W_.prepared_bytes(); }
    // Of the copies of U and V.
    [[nodiscard]] std::size_t factor_bytes() const;

private:
    struct factors;

    [[nodiscard]] std::int64_t terms_of_update() const { return cols() + 2 * rank() + 4; }
    // Y, f(W_) X before, becomes f(A) X, or the same of the transposes.
    void add_update(entry_map f, bool adjoint, block_in X, block_out Y) const;

    linear_map W_;
    std::shared_ptr<const factors> factors_;
    // A = 2^-exponent_ (W + U V) = 2^w_exponent_ W_ + 2^factor_exponent_ U' V'
    int exponent_ = 0;
    int w_exponent_ = 0;
    int factor_exponent_ = 0;
};

}  // namespace rhochain
