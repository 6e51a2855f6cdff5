// The dominant eigenpair of a dense block: value, eigenvector, residual max(||B x - theta x||, ||B^T y - conj(theta)
// y||) and condition 1 / |y^* x|.
#pragma once

#include "spectra/radius/dense_block.hpp"

#include <complex>
#include <vector>

namespace rhochain {

// C u = theta u, C^T v = theta v; no vectors where none were found.
struct dominant_pair {
    std::complex<double> theta;
    std::vector<std::complex<double>> u, v;
    double runner_up = Bracket::unknown;
};

// In B: ||B x - lambda x||, ||x|| = 1, and 1 / |y^* x|.
struct pair_quality {
    double residual;
    double condition;
};

[[nodiscard]] pair_quality quality_of(std::complex<double> theta, const std::vector<std::complex<double>>& u,
                                      const std::vector<std::complex<double>>& v, const dense_block& block);

// From two dense decompositions.
[[nodiscard]] dominant_pair decomposed_pair(const dense_block& block);

// (*) Writes the pair of `dense`, which is `block`, into b; of the vector the entries of this process. Returns the
// uncertainty of the value relative to it, infinite without a pair.
double write_eigenpair(const dominant_pair& pair, const dense_block& dense, const irreducible_block& block, Bracket& b);

}  // namespace rhochain
