// What one vector v in A's domain says of sigma_1(A):  sigma_1 >= ||A v|| / ||v||,  and for a unit vector v and a
// value sigma the residual
//     ||A^T A v - sigma^2 v|| / sigma
// of the singular pair that they are to be.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/storage/buffer.hpp>

namespace rhochain {

struct image_of_vector {
    buffer<double> image;  // A v
    Bound lower;           // ||A v|| / ||v||
};

// PROVED for an entrywise A, with every rounding error of the products and the norms taken off: that of the product is
// at most g(m) || |A| |v| ||, and || |A| ||_2 at most `magnitude`, which mostly is all there is to know about it. Else
// an ESTIMATE.
[[nodiscard]] image_of_vector rayleigh_lower_bound(const linear_map& A, vector_in v, double magnitude, Ledger& ledger);

// Of the unit vector v and u = A v, which is used up.
[[nodiscard]] double singular_residual(const linear_map& A, double sigma, vector_in v, buffer<double> u,
                                       Ledger& ledger);

}  // namespace rhochain
