// What orthonormalising the columns of a tall row-major block X (n x k) takes. R is upper triangular, k x k, row-major.
// X is n x k over all ranks of the space; every sum over its rows is cut into chunks that depend on n alone.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/block.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// G = X^T X: the upper triangle; what lies below the diagonal is left as it was.
void gram(const_block X, std::span<double> G, const space& S);

// X <- X R^-1. The diagonal of R has no zero.
void divide_right(mutable_block X, std::span<const double> R, const space& S);

// products[c] = sum_i X_ic X_ij for c <= j.
void column_products(const_block X, std::int64_t j, std::span<double> products, const space& S);

// Column j loses sum_{c < j} weights[c] column c.
void subtract_columns(mutable_block X, std::int64_t j, std::span<const double> weights, const space& S);

void scale_column(mutable_block X, std::int64_t j, double factor);

}  // namespace rhochain
