// A graded lower bound of rho(A) where the dominant eigenvalue, or pair of eigenvalues, is isolated.
//
// Deflation (deflation.hpp) with the power recurrence's vectors as X, those of A^T as Y. The rest C = Q A P need not be
// small: powers of it have to be. For z Gaussian, independent of X and Y, with probability at least 1 - delta
//     ||C^j|| <= c_j = sqrt(2/pi) (most / delta) ||C^j z||    for j = 1 .. most,
// since ||C^j z|| >= ||C^j|| |N(0, 1)|. If c_p < r^p for one p, then for every |lambda| >= r, from
// (lambda - C)^-1 = (lambda^p - C^p)^-1 sum_j lambda^(p-1-j) C^j,
//     ||(C - lambda)^-1|| <= sum_(j<p) c_j r^(-1-j) / (1 - c_p r^-p),    c_0 = 1.
// One product for each j. PROBABLE(delta): the residuals of X and Y are charged with their rounding, the powers of C
// are those of a matrix within the rounding of one step, as in power_filter.hpp.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/radius/power_filter.hpp"
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

struct isolated_radius {
    Bound lower{0.0, Grade::proved, 0.0, "a radius is not negative"};
    double runner_up = Bracket::unknown;  // the growth rate of the rest, an ESTIMATE

    [[nodiscard]] bool found() const { return lower.value > 0.0; }
};

// (*) `powers` have settled, and tighten() is the last that was done to them. Multiplies with A^T, which is tried on a
// random vector first where the entries are unknown: as a rule 1.2 to 1.6 times as many products as the powers have
// steps, at most 3 times and a few. Gives up where the left powers or the rest do not settle.
[[nodiscard]] isolated_radius isolate_radius(const irreducible_block& block, const power_filter& powers,
                                             double step_error, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
