// The Schur test: for any x, y > 0 with |A| x <= a y and |A|^T y <= b x,
//     ||A||_2 <= || |A| ||_2 <= sqrt(a b),
// as ||A v||^2 <= sum_i (sum_j |a_ij| x_j) (sum_j |a_ij| v_j^2 / x_j)
//              <= a sum_j (v_j^2 / x_j) (|A|^T y)_j <= a b ||v||^2.
// With y = |A| x and x the powers of |A|^T |A| on a positive start the bound falls to || |A| ||_2: PROVED, and sigma_1
// itself where A >= 0 up to the signs of rows and columns. Rounding: each product errs by g(m) relative, its terms
// being of one sign.
// Source: Schur 1911; Collatz 1942 and Wielandt 1950 for |A|^T |A|.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// For A itself, without its exponent. `start`, a vector of A's domain other than 0, counts by its magnitudes. Steps of
// two products go on while each moves the bound by a quarter of its distance to `value` <= sigma_1, until the bound is
// within rtol of it.
// Requires A.bounded() and A other than 0. Memory: three vectors.
[[nodiscard]] Bound schur_upper_bound(const linear_map& A, vector_in start, double value, double rtol, Ledger& ledger);

}  // namespace rhochain
