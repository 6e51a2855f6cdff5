// A diagonal D = diag(exp(d)) that lowers the numerical radius w(B) of B = D A D^-1, whose infimum is nu_D(A)
// (Theorem E, docs/theory/26-worst-case-growth.md). ln w(e^d A e^-d) is convex in d. Any d is a valid scaling: no bound
// relies on convergence.
//
// At the least w there are eigenvectors x_t of the top eigenvalue of H(t) (rotated_map.hpp), for one or several t, such
// that row i and column i of B contribute equally to the sum of all x_t^* H(t) x_t. A sweep estimates both with
// y_t = T_{k-1}(H(t) / (0.9 w)) z, z Gaussian, for a few angles t, evenly spaced and shifted by a random part of their
// distance, and moves
//     d_i -= (3 / (2 k)) (r_i - c_i) / (2 s_i),
// r, c and s from row_and_column_shares. The degree k rises from sweep to sweep. d is the mean of the last four.
// Starts: the Perron vectors of |A|, balancing in the 2-norm, their mean; the one with the least estimate of w(B).
// Memory: six blocks of n x 8 doubles, of n x 4 beyond n = 200,000, and twelve vectors.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>

namespace rhochain {

// d, a vector of block.domain(), for about `products` products, 500 at least. `known`: a scaling to start from besides.
[[nodiscard]] vector_block growth_scaling(const irreducible_block& block, vector_block known, std::int64_t products,
                                          std::uint64_t seed, Ledger& ledger);

}  // namespace rhochain
