// A diagonal scaling D = diag(exp(d)) that lowers ||B||_2, B = D A D^-1, and a block V for the lower bound of
// scaling_dual.hpp.
//
// At the least ||B||_2 there is a block V of top right singular directions whose rows keep their norm: with U = B V,
// ||U_i|| = sigma_1 ||V_i|| for every i (the optimality condition of the convex function log ||e^d A e^-d||_2).
// A step moves both towards it: V <- B^T U, one step of the power method, and
//     d_i += eta g_i + zeta (g_i - previous g_i),
//     g_i = ln( s^2 ||V_i||^2 / ||U_i||^2 ),   s^2 = ||U||_F^2 / ||V||_F^2,
// with eta = 1 / (2 min(k + 1, memory)) after k steps: V depends on about k of them, so that a row responds to d_i with
// a factor of exp(-4 k d_i). The second term damps the oscillation of the pair. s <= sigma_1(B) up to rounding. Any d
// is a valid scaling and any V gives a true lower bound: no result relies on convergence. Memory: three blocks of n x
// columns and six vectors.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include "operators/similarity.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>

namespace rhochain {

class state_archive;

class scaling_flow {
public:
    // Starts from d and Gaussian columns drawn from (seed, stream). |d_i| stays within `most`.
    scaling_flow(const irreducible_block& block, vector_block d, double most, std::int64_t columns, std::uint64_t seed,
                 std::uint64_t stream);

    // One product with A and one with A^T for each column. False once A V = 0.
    bool step();

    // Adds Gaussian columns, drawn from (seed, stream), after `filter_steps` steps of the power method with the present
    // B. Returns false, with V as it was, where their product vanishes or overflows.
    bool widen(std::int64_t extra, std::uint64_t seed, std::uint64_t stream);

    // The products with A, and with A^T, of each new column.
    static constexpr std::int64_t filter_steps = 8;

    void exchange(state_archive& s);

    [[nodiscard]] std::int64_t columns() const { return V_.columns(); }
    [[nodiscard]] double rayleigh() const { return rayleigh_; }  // s of the last step
    [[nodiscard]] const vector_block& scaling() const { return d_; }

    // D^-1 V, the block V in the coordinates of A: block.domain().length() x columns.
    [[nodiscard]] vector_block unscaled_block() const;

private:
    void move(double s2);

    irreducible_block block_;
    vector_block d_;
    double most_;
    similarity B_;
    vector_block V_;
    vector_block U_;
    vector_block v_squares_;
    vector_block u_squares_;
    vector_block last_gradient_;
    std::int64_t steps_ = 0;
    double rayleigh_ = 0.0;
};

}  // namespace rhochain
