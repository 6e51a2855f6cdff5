#include "spectra/radius/eigenvalue_condition.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/complex_vectors.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "operators/adjoint_operator.hpp"
#include "spectra/radius/eigenpair_of_map.hpp"
#include "spectra/radius/ritz_search.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {

void write_condition(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    const linear_map& A = block.map();
    const space& S = block.domain();
    if (b.status != Status::converged || !S.any(!b.vector.empty()) || ledger.exhausted()) return;
    complex_vector x(S);
    copy(from_caller(b.vector), x, S);
    normalise(x, S);
    const Eigenpair right = eigenpair_of_map(A, x);
    ledger.count(A.bounded() ? 3 : 2);
    const irreducible_block left = block.with_map(adjoint_operator(A));
    vector_block start(S);
    left.draw(start, options.seed, streams::left_vector);
    SolverOptions finer = options;
    finer.rtol = 0.1 * options.rtol;
    const std::int64_t capacity = basis_capacity(options, block.size(), most_krylov_vectors);
    ritz_pair pair = search_ritz_pair(left, start, capacity, finer, ledger, right.theta);
    if (!pair.found()) return;
    // A is real: conj(y) belongs to conj(theta) if y belongs to theta. From A^T y = theta y follows y^T A = theta y^T:
    // the left vector is conj(y), and its product with x is y^T x.
    if (std::abs(pair.theta - std::conj(right.theta)) < std::abs(pair.theta - right.theta)) {
        pair.theta = std::conj(pair.theta);
        conjugate(pair.vector, S);
    }
    const double near = 2.0 * options.rtol * std::abs(right.theta);
    if (!(std::abs(pair.theta - right.theta) <= near) || !(pair.residual <= near)) return;
    b.residual = std::max(right.residual.value, pair.residual);
    b.condition = 1.0 / std::min(1.0, std::abs(overlap(pair.vector, x, S)));
}

}  // namespace rhochain
