// PROVED lower bounds of the worst-case growth R where columns of W have one sign. Let E be the columns without an
// entry below 0 and I those without one above 0. With slopes hi on E and 0 elsewhere W S >= 0, with hi on I alone W S
// <= 0: the product of any word over {E, I} is nonnegative up to its sign, and for B >= 0
//     rho(B) >= min over x_i > 0 of (B x)_i / x_i      for every x >= 0, x != 0
// (Collatz-Wielandt). Where every column has one sign, slopes lo < 0 may stand in place of 0. Words: E, I and E I;
// with a leak E alone, for which J(S) >= 0. Rows of one sign: the same for W^T, which has the same R without a leak.
// With leaks, S = hi on the rows E and 0 elsewhere: J(S) is block triangular with the block of E nonnegative and 1 -
// a_i on the rest of the diagonal; with lo < 0 there, Sigma J(S) Sigma >= 0 for Sigma = sign(S). Both have the radius
// of |J(S)|.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/slope_cycle.hpp"

#include <vector>

namespace rhochain {

struct signed_word {
    Bound bound;  // of R; 0 without a word
    slope_rows cycle;
};

// Rows of slopes that are 1 on E, and on I: starts of other searches. Empty without such columns.
struct sign_sets {
    std::vector<std::uint8_t> excitatory;
    std::vector<std::uint8_t> inhibitory;
    bool of_rows = false;  // of the rows of W
    bool all = false;      // every line has one sign
};

// Of the columns, or of the rows where these have one sign more often. Nothing without entries.
[[nodiscard]] sign_sets find_sign_sets(const linear_map& W);

// The best word. Requires W.entrywise().
[[nodiscard]] signed_word best_signed_word(const linear_map& W, const sign_sets& sets, const SlopeRange& slopes,
                                           double rtol, Ledger& ledger);

}  // namespace rhochain
