// An eigenvector of a reducible W from that of one component. Let W_CC x_C = lambda x_C for a strongly connected
// component C. An edge i -> j for W_ij != 0 makes (W x)_i depend on x_j: x is 0 on the components that no path leads
// from to C, and on each component D with a path to C, those nearer to C first,
//     (lambda I - W_DD) x_D = sum over the other components E of W_DE x_E.
// A component of one vertex takes a division, one of at most 100 vertices elimination, a larger one GMRES
// (shifted_solve.hpp), whose residual falls only slowly where rho(W_DD) is near |lambda|. Entries of x are kept with
// exponents of their own: x may be larger on D than on C by more than the range of float64.
// O(nnz) time and 32 bytes a vertex, beside the solves.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/spectra/structure/components.hpp>

#include <complex>
#include <cstdint>
#include <vector>

namespace rhochain {

struct partial_eigenvector {
    std::complex<double> lambda;
    std::vector<std::complex<double>> x;  // of all vertices, 0 outside of the component
    std::int64_t component = 0;
};

// x of f(A), ||x|| = 1, f the identity or `absolute`; A.entries() is not null. No residual is checked;
// empty where a solve overflows.
[[nodiscard]] std::vector<std::complex<double>> extended_eigenvector(const linear_map& A, const component_partition& P,
                                                                     entry_map f, const partial_eigenvector& of,
                                                                     const SolverOptions& options, Ledger& ledger);

// A vertex that no other one leads to, where the graph has no cycle: W e_i = 0.
[[nodiscard]] std::int64_t source_vertex(const stored_entries& W, const component_partition& P);

// Whether a path from component a to component b is ruled out by their order, a != b.
[[nodiscard]] bool is_behind(const stored_entries& W, std::int64_t a, std::int64_t b);

}  // namespace rhochain
