// The steps that orthonormalise the columns of a tall row-major block X (n x k). R is upper triangular, k x k,
// row-major. X has n rows over all ranks of the space. Every sum over its rows is cut into chunks that depend on n
// alone.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// (*) The upper triangle of G = X^T X; the entries below the diagonal keep their values.
void gram(block_in X, std::span<double> G, const space& S);

// X <- X R^-1. The diagonal of R has no zero.
void divide_right(block_out X, std::span<const double> R, const space& S);

// (*) products[c] = sum_i X_ic X_ij for c <= j.
void column_products(block_in X, std::int64_t j, std::span<double> products, const space& S);

// X_j -= sum_{c < j} weights[c] X_c for the columns X_c.
void subtract_columns(block_out X, std::int64_t j, std::span<const double> weights, const space& S);

// X_j = factor X_j.
void scale_column(block_out X, std::int64_t j, double factor);

}  // namespace rhochain
