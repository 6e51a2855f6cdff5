// The k outermost eigenvalues of a map from products alone, ESTIMATEs. Krylov-Schur (Stewart 2001) from a random start
// finds k Ritz values with ||A x - theta x|| <= rtol |theta|. Their subspace is deflated (deflated_operator.hpp), and
// a search from another random start looks at the rest: copies of a multiple eigenvalue and values that the first one
// missed appear there as the outermost. This ends once the rest has nothing outside of the k-th modulus.
// Memory: 3 k + 60 vectors, within options.basis_bytes (at least 20), and the deflated ones.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

namespace rhochain {

struct ritz_value {
    std::complex<double> value;
    double residual;  // of its Ritz vector, in the first search; of its Schur vector after a deflation
};

struct outer_ritz_values {
    std::vector<ritz_value> values;  // by falling modulus; k of them, or a few more
    // The largest modulus of what was left; infinity where the search ended before it looked.
    double rest = std::numeric_limits<double>::infinity();
    bool converged = false;
};

// 1 <= k <= A.rows().
[[nodiscard]] outer_ritz_values search_outer(const linear_map& A, std::int64_t k, const SolverOptions& options,
                                             Ledger& ledger);

}  // namespace rhochain
