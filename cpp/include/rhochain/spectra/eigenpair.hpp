// How good an approximate eigenvector x of A is: theta = x^* A x / x^* x and an upper bound of the backward error
//     ||A x - theta x|| / ||x||,
// PROVED for entrywise operators: what was computed, and g(m + 2) |A| |x| for the products, 4 u |theta| |x| for the rest.
// Cost: three products.
#pragma once

#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/spectra/estimate.hpp>

#include <complex>
#include <span>

namespace rhochain {

struct Eigenpair {
    std::complex<double> theta;
    Bound residual;  // from above
};

// x need not be normalised. Throws std::invalid_argument unless A is square and x is finite, not zero and as long as A.
[[nodiscard]] Eigenpair check_eigenpair(operator_ref A, std::span<const std::complex<double>> x, int threads);

}  // namespace rhochain
