// The lower bound w(A) >= |x^* A x| / x^* x of a trial vector x.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "kernels/vectors/complex_vectors.hpp"

namespace rhochain {

// PROVED for a bounded() A: less the rounding error of the product and the sums, at most
// g(m) |x|^* |A| |x| <= g(m) || |A| ||_2 x^* x with || |A| ||_2 <= magnitude. Else an ESTIMATE. x != 0.
[[nodiscard]] Bound form_lower_bound(const linear_map& A, complex_in x, double magnitude, Ledger& ledger);

}  // namespace rhochain
