// A vector for the Schur test where the singular vector of |A| is not accurate enough, its small entries above all:
//     x = (s^2 I - M)^-1 e,   M = |A|^T |A|,   e = (1, .., 1),   s > sigma = || |A| ||_2.
// As the inverse has entries of at least 0, x > 0 and M x = s^2 x - e < s^2 x: the Schur test with x proves
// sigma <= s. So does any x with e - r > 0, r = e - (s^2 I - M) x, and conjugate gradients reach |r_i| <= 1/2 within a
// multiple of (2 (s / sigma - 1))^(-1/2) steps, whatever the gaps and however small the entries of the singular vector.
// They also find out if s < sigma: then (s^2 I - M) is indefinite, and a direction p with p^T M p > s^2 p^T p raises s.
// Source: M-matrices (Ostrowski 1937; Berman & Plemmons 1979); Hestenes & Stiefel 1952.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/storage/buffer.hpp>

namespace rhochain {

// x for an s within about rtol / 2 of sigma; `value` near sigma and the positive `guess` of the singular vector save
// products. What the budget leaves of x if it is spent. Requires A.entrywise() and A other than 0. Memory: five vectors.
[[nodiscard]] buffer<double> positive_resolvent(const linear_map& A, buffer<double> guess, double value, double rtol,
                                                Ledger& ledger);

}  // namespace rhochain
