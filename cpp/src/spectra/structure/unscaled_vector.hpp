// An eigenvector of A from one of B = D A D^-1, D = diag(exp(d)), whose d may be out of the range of exp.
#pragma once

#include <complex>
#include <vector>

namespace rhochain {

// D^-1 x / ||D^-1 x||. Empty if x is.
[[nodiscard]] std::vector<std::complex<double>> unscaled(std::vector<std::complex<double>> x,
                                                         const std::vector<double>& d);

}  // namespace rhochain
