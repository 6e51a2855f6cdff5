// The lower bound of a vector v in A's domain, sigma_1(A) >= ||A v|| / ||v||, and the residual
//     ||A^T A v - sigma^2 v|| / sigma
// of a unit vector v and a value sigma as a singular pair.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

struct image_of_vector {
    vector_block image;  // A v
    Bound lower;         // ||A v|| / ||v||
};

// PROVED for a bounded() A: the bound is reduced by all rounding errors of the product and the norms. The error of the
// product is at most g(m) || |A| |v| ||, and || |A| ||_2 at most `magnitude`; only where that estimate is too coarse,
// a product with |A| gives the norm. Else an ESTIMATE.
[[nodiscard]] image_of_vector rayleigh_lower_bound(const linear_map& A, vector_in v, double magnitude, Ledger& ledger);

// For a unit vector v and u = A v, which is overwritten.
[[nodiscard]] double singular_residual(const linear_map& A, double sigma, vector_in v, vector_block u, Ledger& ledger);

}  // namespace rhochain
