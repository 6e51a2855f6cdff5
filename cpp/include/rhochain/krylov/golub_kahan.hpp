// Golub-Kahan bidiagonalization of A (m x n) after k steps:
//     A V = U B,   A^T U = V B^T + beta_k v_{k+1} e_k^T,   V^T V = I,
// B (k x k) upper bidiagonal with diagonal alpha and superdiagonal beta. Right vectors are kept and reorthogonalised;
// of the left ones only the last is (one-sided reorthogonalisation, Simon & Zha 2000).
// sigma_1(B) <= sigma_1(A), rising with k.
// Semi-orthogonal: |V^T V - I| <= 2^-27 entry by entry, with which B^T B is still the projection of A^T A to rounding (Simon
// 1984). A recurrence tells when a vector needs reorthogonalising, so that most steps do not read V at all; whether it was right
// is for measured_orthogonal() to say.
// The left vector is normalised only after its product with A^T, so that an operator may make A v and A^T (A v - beta u) in one
// sweep over its matrix. The last product with A^T is then one that no step has asked for, and nobody counts it.
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
    // The start, in A's domain, need not be normalised; it must not be zero. One product.
    golub_kahan(linear_map A, vector_in start, orthogonality wanted = orthogonality::full);

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(alpha_.size()); }
    [[nodiscard]] const std::vector<double>& alpha() const { return alpha_; }
    [[nodiscard]] const std::vector<double>& beta() const { return beta_; }  // size() - 1 long
    [[nodiscard]] const krylov_basis& right() const { return V_; }
    // The last alpha or the next beta is 0 to rounding, that is at most neglected(); with k = n it is 0.
    [[nodiscard]] bool invariant() const { return invariant_ || size() == A_.cols(); }
    [[nodiscard]] double neglected() const;

    // Whether V is as orthogonal as wanted. Reads V once unless every vector was reorthogonalised.
    [[nodiscard]] bool measured_orthogonal() const;

    // The right vectors, for someone else to go on with; nothing else may be asked afterwards.
    [[nodiscard]] krylov_basis release_basis() { return std::move(V_); }

    // One step, two products. Does nothing once the space is invariant.
    void expand();

private:
    // Leaves beta v in V_.next() and returns beta.
    double extend_right();
    void extend_left();

    linear_map A_;
    orthogonality wanted_;
    overlap_recurrence overlaps_;
    std::int64_t unwatched_ = 0;  // of v_0 .. v_{unwatched_ - 1} some are not reorthogonalised
    krylov_basis V_;
    buffer<double> p_;       // length_ u_k
    double length_ = 1.0;
    buffer<double> next_p_;  // room for A v_{k+1}
    bool image_is_there_ = false;  // A^T p_ in V_.next()
    std::vector<double> alpha_;
    std::vector<double> beta_;
    bool invariant_ = false;
};

}  // namespace rhochain
