// The stopping rule of a run of Golub-Kahan for sigma_1. At some of the steps it examines the factorization, the value
// sigma = sigma_1(B_k) and the upper bounds. It ends the run if
//   certain:   the least upper bound is within rtol of sigma, or the space is invariant;
//   last:      the basis is full or the budget spent;
//   hopeless:  sigma has stabilised (value_watch.hpp), and the upper bound is as low as wanted, or falls so slowly that
//              another method (chebyshev_bound.hpp) reaches the wanted one with fewer products.
// Bounds and value hold only for orthogonal vectors: the rule measures them at the end.
#pragma once

#include <rhochain/krylov/golub_kahan.hpp>
#include "spectra/norm/norm_accuracy.hpp"
#include "spectra/norm/value_watch.hpp"

#include <cstdint>

namespace rhochain {

class golub_kahan_stop {
public:
    enum class verdict {
        go_on,
        stable,          // end: further steps would not raise the value by much
        unresolved,      // end: the value may still rise
        restart,         // the basis is full, the value may still rise and the budget allows further steps
        not_orthogonal,  // the vectors are not as orthogonal as wanted
    };

    struct look {
        double value;   // sigma_1(B_k)
        double second;  // the singular value of B_k below it, 0 without one
        double bound;   // the upper bound of sigma_1(A) after k steps
        double upper;   // the least one known
    };

    // For a factorization of a matrix with n columns and at most `capacity` steps.
    golub_kahan_stop(std::int64_t n, std::int64_t capacity, orthogonality wanted, const norm_accuracy& accuracy);

    // Whether to judge F after its newest step. Called after each step. `spent`: the budget.
    [[nodiscard]] bool is_due(const golub_kahan& F, bool spent);

    // (*) Called where is_due() is true.
    [[nodiscard]] verdict judge(const golub_kahan& F, const look& now, bool spent);

    // The values so far.
    [[nodiscard]] value_watch& watch() { return watch_; }

    void exchange(state_archive& s);

private:
    [[nodiscard]] bool is_hopeless(std::int64_t k, const look& now, bool predicted) const;

    std::int64_t n_;
    std::int64_t capacity_;
    norm_accuracy accuracy_;
    value_watch watch_;
    std::int64_t next_look_ = 1;
    bool last_ = false;
};

}  // namespace rhochain
