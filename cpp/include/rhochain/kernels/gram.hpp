// What orthonormalising the columns of a tall row-major block X (n x k) takes. R is upper triangular, k x k, row-major.
// Every sum over the n rows is cut into chunks that depend on the shape alone.
#pragma once

#include <rhochain/storage/block.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

// G = X^T X: the upper triangle; what lies below the diagonal is left as it was.
void gram(const_block X, std::span<double> G, int threads);

// X <- X R^-1. The diagonal of R has no zero.
void divide_right(mutable_block X, std::span<const double> R, int threads);

// products[c] = sum_i X_ic X_ij for c <= j.
void column_products(const_block X, std::int64_t j, std::span<double> products, int threads);

// Column j loses sum_{c < j} weights[c] column c.
void subtract_columns(mutable_block X, std::int64_t j, std::span<const double> weights, int threads);

void scale_column(mutable_block X, std::int64_t j, double factor);

}  // namespace rhochain
