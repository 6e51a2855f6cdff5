// check_eigenpair (eigenpair.hpp) for a map A itself: theta and the residual do not include the factor 2^A.exponent().
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/radius/eigenpair.hpp>

namespace rhochain {

[[nodiscard]] Eigenpair eigenpair_of_map(const linear_map& A, std::span<const std::complex<double>> x);

}  // namespace rhochain
