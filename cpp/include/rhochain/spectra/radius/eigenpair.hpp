// The Rayleigh quotient theta = x^* W x / x^* x of an approximate eigenvector x of W and an upper bound of the backward
// error
//     ||W x - theta x|| / ||x||,
// PROVED for bounded() operators: the computed residual, g(m + 2) |W| |x| for the rounding of the products and
// 4 u |theta| |x| for all other rounding.
// Cost: three products.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/estimate.hpp>

#include <complex>
#include <span>

namespace rhochain {

struct Eigenpair {
    std::complex<double> theta;
    Bound residual;  // from above
};

// x, whole or this rank's slice of it, need not be normalised. Throws std::invalid_argument unless W is square and x
// is finite, not zero and as long as W.
[[nodiscard]] Eigenpair check_eigenpair(const linear_map& W, std::span<const std::complex<double>> x);

}  // namespace rhochain
