// The last step of a radius: `vector` of unit length with its `eigenvalue` and `residual`, or the reason for none.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/component_summary.hpp"

#include <cstdint>
#include <functional>

namespace rhochain {

// (*) Normalises b.vector, an approximate eigenvector of A, and writes its Rayleigh quotient and its residual. Where
// b.condition is known the residual stays at least that of the left vector, which is in b. Three products.
void write_eigenvector(const linear_map& A, Bracket& b, Ledger& ledger);

// b.vector, an eigenvector of f(A) or of |A| on the component s and 0 on the others, becomes one of f(A) there: where
// s.modulus_decides it was one of |A|, and none where the component is a cycle (cycle_eigenvector.hpp, signature.hpp).
// A has entries.
void write_component_eigenvector(const linear_map& A, const component_partition& P, entry_map f,
                                 const component_summary& s, Bracket& b);

// (*) b.vector, of the component that has the maximum, becomes that of all of A, or is left out
// (eigenvector_extension.hpp).
using eigenvector_extender = std::function<void(Bracket& b)>;

// (*) write_eigenvector for f(A), whose b.vector is an eigenvector of one of its components, and 0 on the others;
// `extend` is called where that is none of all of A. A residual above rtol and twice that of the component leaves no
// vector.
void write_extended_eigenvector(const linear_map& A, entry_map f, std::int64_t components,
                                const eigenvector_extender& extend, const SolverOptions& options, Bracket& b,
                                Ledger& ledger);

}  // namespace rhochain
