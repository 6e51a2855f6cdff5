// Golub-Kahan bidiagonalization of A (m x n) after k steps:
//     A V = U B,   A^T U = V B^T + beta_k v_{k+1} e_k^T,   V^T V = I,
// B (k x k) upper bidiagonal with diagonal alpha and superdiagonal beta. V is kept and reorthogonalised; of the left
// vectors only the last is kept (one-sided reorthogonalisation, Simon & Zha 2000).
// sigma_1(B) <= sigma_1(A), rising with k.
// Semi-orthogonal: |V^T V - I| <= 2^-27 entry by entry; then B^T B is still the projection of A^T A to rounding (Simon
// 1984). A recurrence estimates when a vector needs reorthogonalisation, so that most steps do not read V.
// measured_orthogonal() checks the estimate.
// The left vector is normalised only after its product with A^T, so that an operator may compute A v and
// A^T (A v - beta u) in one sweep over its matrix. The last product with A^T then belongs to no step and is not
// counted.
#pragma once

#include <rhochain/krylov/krylov_basis.hpp>
#include <rhochain/krylov/overlap_recurrence.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <utility>
#include <vector>

namespace rhochain {

enum class orthogonality { full, semi };

class golub_kahan {
public:
    // The start is a vector of A's domain other than 0, of any norm. One product. Throws std::invalid_argument where A
    // is known by its products alone and this one is too short for float64.
    golub_kahan(linear_map A, vector_in start, orthogonality wanted = orthogonality::full);

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(alpha_.size()); }
    [[nodiscard]] const std::vector<double>& alpha() const { return alpha_; }
    [[nodiscard]] const std::vector<double>& beta() const { return beta_; }  // size() - 1 long
    [[nodiscard]] const krylov_basis& right() const { return V_; }
    // The last alpha or the next beta is 0 to rounding: at most neglected(), which is 0 for k = n.
    [[nodiscard]] bool invariant() const { return invariant_ || size() == A_.cols(); }
    [[nodiscard]] double neglected() const;

    // (*) Whether V is as orthogonal as wanted. Reads V once unless every vector was reorthogonalised.
    [[nodiscard]] bool measured_orthogonal() const;

    // Gives the right vectors away. The object has no other use afterwards.
    [[nodiscard]] krylov_basis release_basis() { return std::move(V_); }

    // One step, two products. Does nothing once the space is invariant.
    void expand();

    void exchange(state_archive& s);

private:
    // Writes beta v to V_.next() and returns beta.
    double extend_right();
    void extend_left();

    linear_map A_;
    orthogonality wanted_;
    overlap_recurrence overlaps_;
    std::int64_t unwatched_ = 0;  // some of v_0 .. v_{unwatched_ - 1} are not reorthogonalised
    krylov_basis V_;
    vector_block p_;  // length_ u_k
    double length_ = 1.0;
    vector_block next_p_;          // for A v_{k+1}
    bool image_is_there_ = false;  // V_.next() holds A^T p_
    std::vector<double> alpha_;
    std::vector<double> beta_;
    bool invariant_ = false;
};

}  // namespace rhochain
