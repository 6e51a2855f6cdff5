// The k eigenvalues of W of largest modulus, with multiplicity: those of its strongly connected components, merged.
// A component of at most 150 vertices, or a map of that order without entries, is decomposed as a dense matrix. Discs
// hold its eigenvalues, PROVED (verified_discs.hpp) if the map is bounded(). A larger one goes to Krylov-Schur with
// deflation (outer_search.hpp), whose values are ESTIMATEs: it may miss one. spectral_radius bounds what may have been
// missed.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <complex>
#include <cstdint>
#include <vector>

namespace rhochain {

struct OuterEigenvalue {
    std::complex<double> value;
    // PROVED: the eigenvalues of W can be numbered, with multiplicity, so that each lies within `radius` of its value.
    // Unknown for an ESTIMATE.
    double radius = Bracket::unknown;
    Grade grade = Grade::estimate;
    double residual = Bracket::unknown;   // ||W x - value x||, ||x|| = 1, x a Ritz or a Schur vector of the component
    double condition = Bracket::unknown;  // 1 / |y^* x|, in its component; if known
};

struct OuterEigenvalues {
    std::vector<OuterEigenvalue> values;  // by falling modulus, a complex pair with its positive imaginary part first
    // An upper bound of the moduli of all others: PROVED, or the largest that the search saw, an ESTIMATE.
    Bound rest{0.0, Grade::proved, 0.0, "no other eigenvalue"};
    Bracket outermost;  // |values[0]|; status, matvecs, seconds and history of the call
};

// Throws std::invalid_argument unless W is square and 1 <= k <= W.rows().
[[nodiscard]] OuterEigenvalues outer_eigenvalues(const linear_map& W, std::int64_t k,
                                                 const SolverOptions& options = {});

}  // namespace rhochain
