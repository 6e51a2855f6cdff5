// How large the terms of a product with A can be, for its rounding error: m >= || |A| ||_2, PROVED, where A is
// bounded(). Otherwise m >= ||A||_2, PROBABLE(delta / 2): the error of a product with a map that is known by its
// products alone is taken to be one of relative size rounding_gamma in this norm.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// What the bounds that use m may spend of delta: all of it, or half.
[[nodiscard]] inline double delta_beside_magnitude(const linear_map& A, double delta) {
    return A.bounded() ? delta : 0.5 * delta;
}

[[nodiscard]] double product_magnitude(const linear_map& A, const SolverOptions& options, Ledger& ledger);

// At most || |D A D^-1| ||_2 = || D |A| D^-1 ||_2, D = diag(exp(d)), rounded up: sqrt of the largest row sum times the
// largest column sum. Infinite without entries.
[[nodiscard]] double scaled_magnitude(const linear_map& A, vector_in d, Ledger& ledger);

}  // namespace rhochain
