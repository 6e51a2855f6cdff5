// sigma_1(A) from below and above by Golub-Kahan with a random start: the value sigma_1(B_k), which rises with k, and
// the bounds of lanczos_bound.hpp, moved outwards by the backward error g(k (m_r + m_c + 2 depth + 16)) of the
// factorization. They hold for all steps at once, so that the smallest is a bound too, and stopping when the bracket
// is narrow is sound (golub_kahan_stop.hpp).
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/norm/norm_accuracy.hpp"
#include "spectra/norm/singular_restart.hpp"

namespace rhochain {

// Of A as it is. Sets b.value, and lowers b.upper to a bound that is PROBABLE(accuracy.delta): half of delta is spent.
// Without reorthogonalisation at first if a settled value comes first; then with it, unless the vectors were
// orthogonal enough.
// Requires an A other than empty. Memory: n doubles a step.
[[nodiscard]] top_estimate tighten_by_golub_kahan(const linear_map& A, const SolverOptions& options,
                                                  const norm_accuracy& accuracy, Bracket& b, Ledger& ledger);

}  // namespace rhochain
