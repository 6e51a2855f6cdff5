// Products with the factors F (n x k, row-major) of a matrix of low rank, and bounds of their entries.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <span>
#include <vector>

namespace rhochain {

// (*) Z = F^T X, k x b, row-major, for X (n x b). Every sum over the n rows is cut into chunks that depend on n alone.
[[nodiscard]] std::vector<double> inner_products(block_in F, block_in X, const space& S);

// Y = w Y + F Z, Z k x b, row-major: the terms of F Z from the first to the last, then w Y.
void add_combinations(block_in F, std::span<const double> Z, double w, block_out Y, const space& S);

// M_ic = 0 where F_ic = 0, else max(2^exponents[c] |F_ic|, least), as ldexp rounds.
void raised_columns(block_in F, std::span<const int> exponents, double least, block_out M, const space& S);

}  // namespace rhochain
