// Arnoldi factorization of A (n x n) after k steps:
//     A V = V H + r e_k^T,   V^T V = I (n x k),   V^T r = 0,   H (k x k) upper Hessenberg unless restarted.
// A Ritz pair H y = theta y, ||y|| = 1, has the residual ||A V y - theta V y|| = ||r|| |y_k|.
// After `restart` the leading block of H is full, and a row b of couplings replaces e_k^T (Stewart 2001, Krylov-Schur):
//     A V = V H + r b^T.
#pragma once

#include <rhochain/krylov/krylov_basis.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <vector>

namespace rhochain {

class arnoldi {
public:
    // `capacity` bounds k. The start is a vector of A's domain other than 0, of any norm.
    arnoldi(linear_map A, vector_in start, std::int64_t capacity);

    // Continues A V = V H + coupling v_k e_k^T, V the first k of the k + 1 given vectors, H row-major k x k; capacity
    // k.
    arnoldi(linear_map A, krylov_basis V, std::span<const double> H, double coupling);

    [[nodiscard]] std::int64_t size() const { return k_; }
    [[nodiscard]] std::int64_t capacity() const { return capacity_; }
    [[nodiscard]] bool invariant() const { return invariant_; }
    [[nodiscard]] const krylov_basis& basis() const { return V_; }

    // One step, one product. Does nothing once the space is invariant (r = 0 to rounding) or full.
    void expand();

    // H, row-major k x k.
    [[nodiscard]] std::vector<double> projected() const;

    // The row b of couplings, A V = V H + v_k b^T with ||v_k|| = 1; (0, ..., 0, ||r||) before any restart.
    [[nodiscard]] std::vector<double> coupling() const;

    // Shrinks to V Q: Q (k x kept, row-major) spans an invariant subspace of H, with orthonormal columns.
    void restart(std::span<const double> Q, std::int64_t kept);

    // Shrinks to the invariant subspace of `wanted` Ritz values of largest modulus, or a few more (small_dense.hpp).
    // False, with nothing changed, if that subspace has not converged or leaves no space for another step.
    [[nodiscard]] bool restart_dominant(std::int64_t wanted);

    void exchange(state_archive& s);

private:
    [[nodiscard]] double& H(std::int64_t i, std::int64_t j) { return H_[static_cast<std::size_t>(i * capacity_ + j)]; }

    linear_map A_;
    std::int64_t capacity_;
    std::int64_t k_ = 0;
    bool invariant_ = false;
    krylov_basis V_;         // k + 1 vectors unless invariant
    std::vector<double> H_;  // (capacity + 1) x capacity, row k holds b
};

}  // namespace rhochain
