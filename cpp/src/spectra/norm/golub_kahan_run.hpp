// sigma_1(A) from below and above by Golub-Kahan with a random start: the value sigma_1(B_k), which rises with k, and
// the bounds of lanczos_bound.hpp, moved outwards by the backward error g(k (m_r + m_c + 2 depth + 16)) of the
// factorization. The bounds hold for all steps together: their minimum is a bound, and stopping when the bracket is
// narrow is sound (golub_kahan_stop.hpp).
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/norm/norm_accuracy.hpp"
#include "spectra/norm/singular_restart.hpp"

namespace rhochain {

// For A itself, without its exponent. Sets b.value and lowers b.upper to a PROBABLE(accuracy.delta) bound, which uses
// half of delta. If accuracy.value_first(), the first run leaves out reorthogonalisation; a second run with it follows
// unless the vectors of the first were orthogonal enough. A is not empty. Memory: n doubles a step.
[[nodiscard]] top_estimate tighten_by_golub_kahan(const linear_map& A, const SolverOptions& options,
                                                  const norm_accuracy& accuracy, Bracket& b, Ledger& ledger);

}  // namespace rhochain
