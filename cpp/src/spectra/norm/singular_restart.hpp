// The largest singular value where the basis of Golub-Kahan is full before the value has stabilised. k + 1 steps are a
// Lanczos factorization of A^T A,
//     A^T A V = V (B^T B) + alpha_k beta_k v_{k+1} e_k^T,   V (n x k).
// Restarts that keep the upper third of the Ritz vectors continue it in the same memory (thick restart; Wu & Simon
// 2000, Stewart 2001). They give a value and no bound.
#pragma once

#include <rhochain/krylov/arnoldi.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/norm/value_watch.hpp"
#include "spectra/run_stage.hpp"

#include <cstdint>
#include <vector>

namespace rhochain {

struct top_estimate {
    vector_block v;       // the right singular vector behind the value
    bool stable = false;  // further steps would not raise the value by much
};

class singular_restart {
public:
    // F is a factorization of A with at least 4 steps, whose basis this object takes.
    singular_restart(const linear_map& A, golub_kahan F);
    // For a state that is read next.
    explicit singular_restart(const linear_map& A);

    // Raises b.value. At most 400 steps, those of F included.
    [[nodiscard]] top_estimate run(value_watch& watch, Bracket& b, run_stage& stage, Ledger& ledger);

    void exchange(state_archive& s);

private:
    struct top_pair {
        double sigma = 0.0;
        double second = 0.0;
        double residual = 0.0;            // ||A^T A v - sigma^2 v||
        std::vector<double> coordinates;  // of v
    };

    [[nodiscard]] static top_pair top_pair_of(const arnoldi& lanczos);

    linear_map A_;
    arnoldi lanczos_;
    std::int64_t steps_ = 0;
    top_pair top_;
    bool stable_ = false;
};

}  // namespace rhochain
