// Golub-Kahan bidiagonalization of A (m x n) after k steps:
//     A V = U B,   A^T U = V B^T + beta_k v_{k+1} e_k^T,   V^T V = I,
// B (k x k) upper bidiagonal with diagonal alpha and superdiagonal beta. Right vectors are kept and reorthogonalised;
// of the left ones only the last is (one-sided reorthogonalisation, Simon & Zha 2000).
// sigma_1(B) <= sigma_1(A), rising with k.
// Semi-orthogonal: |V^T V - I| <= 2^-27 entry by entry, measured, and corrected only beyond; B^T B is then still the
// projection of A^T A to rounding (Simon 1984), and a step reads V once instead of twice and more.
#pragma once

#include <rhochain/krylov/krylov_basis.hpp>
#include <rhochain/operators/linear_operator.hpp>

#include <utility>
#include <vector>

namespace rhochain {

enum class orthogonality { full, semi };

class golub_kahan {
public:
    // The start (n long) need not be normalised; it must not be zero. One product.
    golub_kahan(operator_ref A, vector_in start, int threads, orthogonality wanted = orthogonality::full);

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(alpha_.size()); }
    [[nodiscard]] const std::vector<double>& alpha() const { return alpha_; }
    [[nodiscard]] const std::vector<double>& beta() const { return beta_; }  // size() - 1 long
    [[nodiscard]] const krylov_basis& right() const { return V_; }
    // The last alpha or the next beta is 0 to rounding, that is at most neglected(); with k = n it is 0.
    [[nodiscard]] bool invariant() const { return invariant_ || size() == A_.cols(); }
    [[nodiscard]] double neglected() const;

    // The right vectors, for someone else to go on with; nothing else may be asked afterwards.
    [[nodiscard]] krylov_basis release_basis() { return std::move(V_); }

    // One step, two products. Does nothing once the space is invariant.
    void expand();

private:
    operator_ref A_;
    double tolerated_;
    krylov_basis V_;
    std::vector<double> p_;      // length_ u_k
    double length_ = 1.0;
    std::vector<double> z_;      // on its way to beta_k v_{k+1}
    std::vector<double> image_;  // A v_{k+1}
    std::vector<double> alpha_;
    std::vector<double> beta_;
    bool invariant_ = false;
};

}  // namespace rhochain
