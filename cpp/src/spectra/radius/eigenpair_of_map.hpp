// check_eigenpair (eigenpair.hpp) for a square map A itself and a vector x of its domain: theta and the residual do not
// include the factor 2^A.exponent().
#pragma once

#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/radius/eigenpair.hpp>

namespace rhochain {

[[nodiscard]] Eigenpair eigenpair_of_map(const linear_map& A, complex_in x);

}  // namespace rhochain
