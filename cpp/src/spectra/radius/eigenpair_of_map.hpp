// check_eigenpair (eigenpair.hpp) of a map as it is: theta and the residual are those of A itself, whatever
// A.exponent() is.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/radius/eigenpair.hpp>

namespace rhochain {

[[nodiscard]] Eigenpair eigenpair_of_map(const linear_map& A, std::span<const std::complex<double>> x);

}  // namespace rhochain
