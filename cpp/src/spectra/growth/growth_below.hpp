// Lower bounds of the worst-case growth R (worst_case_growth.hpp), each with the cycle of slopes that has this rate:
// words over columns of one sign (signed_words.hpp), PROVED; cycles found by ascent (slope_ascent.hpp) and bounded by
// deflation (cycle_rate.hpp), PROBABLE(delta).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/slope_cycle.hpp"

namespace rhochain {

struct growth_below {
    Bound bound{0.0, Grade::proved, 0.0, "a rate is not negative"};  // the best graded one
    Bound proved{0.0, Grade::proved, 0.0, "a rate is not negative"};
    double estimate = 0.0;  // the largest rate measured
    slope_rows cycle;       // behind `bound`
};

// `magnitude`: as of product_magnitude.hpp.
[[nodiscard]] growth_below bound_growth_below(const linear_map& W, const SlopeRange& slopes, double magnitude,
                                              const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
