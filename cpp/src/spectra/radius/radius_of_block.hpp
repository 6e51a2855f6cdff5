// rho(A) of one strongly connected component.
//
// A component that is nonnegative up to a signature (signature.hpp) has rho = rho(|A|), PROVED by Collatz-Wielandt
// (perron_of_block.hpp). A small one has PROVED bounds from discs around its eigenvalues, or from the traces and norms
// of its powers (small_block.hpp); one of up to 100 vertices has the discs where powers do not settle soon. For any
// other one powers of a random start (power_filter.hpp) damp the eigenvectors of smaller modulus and give the PROBABLE
// upper bound; Arnoldi from the result (ritz_search.hpp) gives the value, an ESTIMATE, and restarts from the dominant
// Ritz vectors until two independent starts agree. A small residual does not distinguish a dominant eigenvalue from one
// just inside the edge of the spectrum: `converged` needs both. Where the dominant eigenvalue or pair is isolated
// (isolated_eigenvalue.hpp) both ends are PROBABLE after a fraction of the products.
#pragma once

#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// For block.map() itself, without its exponent. No bound but 0 is PROVED for a map that is not bounded().
[[nodiscard]] Bracket spectral_radius_of_block(const irreducible_block& block, const SolverOptions& options,
                                               const RadiusGoal& goal, Ledger& ledger);

}  // namespace rhochain
