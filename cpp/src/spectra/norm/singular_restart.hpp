// The largest singular value where the basis of Golub-Kahan is full before the value has stabilised. k + 1 steps are a
// Lanczos factorization of A^T A,
//     A^T A V = V (B^T B) + alpha_k beta_k v_{k+1} e_k^T,   V (n x k).
// Restarts that keep the upper third of the Ritz vectors continue it in the same memory (thick restart; Wu & Simon
// 2000, Stewart 2001). They give a value and no bound.
#pragma once

#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/norm/value_watch.hpp"

namespace rhochain {

struct top_estimate {
    vector_block v;       // the right singular vector behind the value
    bool stable = false;  // further steps would not raise the value by much
};

// Raises b.value. F is a factorization of A with at least 4 steps, whose basis this function takes. At most 400 steps,
// those of F included.
[[nodiscard]] top_estimate restart_for_value(const linear_map& A, golub_kahan F, value_watch& watch, Bracket& b,
                                             Ledger& ledger);

}  // namespace rhochain
