// The Hermitian parts of a rotated real square matrix B,
//     H(t) = (e^{it} B + e^{-it} B^T) / 2,      H(-t) = conj H(t),  H(t + pi) = -H(t),
// on blocks X (n x 2 m) that hold m complex vectors: the pair j of columns is x_j = X_{2j} + i X_{2j+1}.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

struct rotated_term {
    double cosine;  // of the angle t_j
    double sine;
    double product;  // weight of H(t_j) x_j
    double own;      // weight of x_j
    double before;   // weight of z_j
};

// y_j = product H(t_j) x_j + own x_j + before z_j with P = B X and Q = B^T X. Y may be Z.
void combine_rotated(std::span<const rotated_term> terms, block_in P, block_in Q, block_in X, block_in Z, block_out Y,
                     const space& S);

// (*) The same, with Re x_j^* y_j and ||y_j||^2 of the result.
struct pair_sums {
    double along;
    double square;
};
[[nodiscard]] std::vector<pair_sums> combine_rotated_with_sums(std::span<const rotated_term> terms, block_in P,
                                                               block_in Q, block_in X, block_in Z, block_out Y,
                                                               const space& S);

// (*) y_j += a_j x_j. Returns ||y_j||^2.
[[nodiscard]] std::vector<double> add_pairs(std::span<const double> a, block_in X, block_out Y, const space& S);

// y_j = a_j x_j + b_j y_j
void combine_pairs(std::span<const double> a, block_in X, std::span<const double> b, block_out Y, const space& S);

// (*) x_j^* y_j for each pair.
[[nodiscard]] std::vector<std::complex<double>> pair_products(block_in X, block_in Y, const space& S);

// What row i and column i of B contribute to ||H(t_j) x_j||^2, over all pairs: with u_j = H(t_j) x_j
//     rows_i = sum_j Re(e^{it_j} (B x_j)_i conj u_ij),   columns_i = sum_j Re(e^{-it_j} (B^T x_j)_i conj u_ij),
//     squares_i = sum_j |u_ij|^2 = (rows_i + columns_i) / 2.
void row_and_column_shares(std::span<const std::complex<double>> units, block_in P, block_in Q, vector_out rows,
                           vector_out columns, vector_out squares, const space& S);

// x_0 = 2^exponent x
void set_pair(complex_in x, int exponent, block_out X, const space& S);

// x_j
[[nodiscard]] complex_vector pair_vector(block_in X, std::int64_t j, const space& S);

}  // namespace rhochain
