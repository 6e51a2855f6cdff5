// The last step of a radius: `vector` of unit length with its `eigenvalue` and `residual`, or the reason for none.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/component_summary.hpp"

namespace rhochain {

// (*) Normalises b.vector, an approximate eigenvector of A, and writes its Rayleigh quotient and its residual. Where
// b.condition is known the residual stays at least that of the left vector, which is in b. Three products.
void write_eigenvector(const linear_map& A, Bracket& b, Ledger& ledger);

// The same for f(A), whose b.vector is an eigenvector of the component s, and 0 on the others; of |A| where
// s.modulus_decides, and none where the component is a cycle (cycle_eigenvector.hpp, signature.hpp). Extends it to all
// of A first (eigenvector_extension.hpp). A residual above rtol and twice that of the component leaves no vector.
void write_extended_eigenvector(const linear_map& A, const component_partition& P, entry_map f,
                                const component_summary& s, const SolverOptions& options, Bracket& b, Ledger& ledger);

}  // namespace rhochain
