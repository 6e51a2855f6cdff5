// Components of W that a diagonal scaling makes symmetric, skew-symmetric, or symmetric in their absolute values. Let
// an entry w_ji != 0 stand opposite every w_ij != 0. Then B = D W D^-1, D = diag(exp(d)), has |b_ij| = |b_ji| exactly
// if
//     d_i - d_j = ln sqrt|w_ji / w_ij|     for every such pair;
// one forest of the vertices finds d, and every other pair has to agree with it. Then |b_ij| = s_ij = sqrt|w_ij w_ji|.
//     symmetric: all w_ij w_ji > 0;     skew: all w_ij w_ji < 0, i != j, and w_ii = c for all i.
// For those two, and for a circulant W with D = I, B is normal: mu_D(W) = rho(W) = ||B||_2. d may be far out of the
// range of exp: it is kept as logarithms, and the symmetric matrix is a copy with the entries sign(w_ij) s_ij.
// Agreement to rounding: |d_i - d_j - ln sqrt|w_ji / w_ij|| <= tolerance for every pair. Then B = S + E, S the copy,
// |E_ij| <= error s_ij with the `error` of the component, the largest of these differences and of the rounding.
// O(nnz) time; far less where the pattern is not symmetric.
#pragma once

#include <rhochain/spectra/structure/components.hpp>

#include <cstddef>
#include <vector>

namespace rhochain {

// skew: c I + K, K^T = -K.
enum class symmetry { none, moduli, symmetric, skew, circulant };

[[nodiscard]] constexpr bool implies_normal(symmetry s) { return s >= symmetry::symmetric; }
[[nodiscard]] constexpr bool implies_symmetric_modulus(symmetry s) {
    return s != symmetry::none && s != symmetry::circulant;
}

struct component_symmetry {
    symmetry kind = symmetry::none;
    bool as_stored = false;  // d = 0: |w_ij| = |w_ji|
    double error = 0.0;      // |E_ij| <= error s_ij; 0 if as_stored
};

struct symmetrizing {
    std::vector<component_symmetry> of;  // each component; none for those of one vertex
    std::vector<double> d;               // of W itself, also for a transposed view; empty if no component needs it
};

inline constexpr double symmetry_tolerance = 0x1p-20;

[[nodiscard]] symmetrizing symmetrize(const stored_entries& W, const component_partition& P);

// S for a map A with entries, one component of a kind other than none. It owns its entries and has the threads of A and
// `memory` bytes for layouts.
[[nodiscard]] linear_map symmetrized(const linear_map& A, std::size_t memory);

}  // namespace rhochain
