#include "spectra/scaling/balancing.hpp"

#include "kernels/solvers/scaling_ops.hpp"

namespace rhochain {

vector_block balancing_scaling(const irreducible_block& block, std::int64_t sweeps, double most, Ledger& ledger) {
    const linear_map& A = block.map();
    const space& S = block.domain();
    vector_block d(S), squares(S), inverse(S), rows(S), columns(S);
    fill(0.0, d, S);
    for (std::int64_t sweep = 0; sweep < sweeps && !ledger.exhausted(); ++sweep) {
        exponential_squares(d, squares, inverse, S);
        block.project(squares);
        block.project(inverse);
        A.apply(entry_map::squared, inverse, rows);
        A.apply_adjoint(entry_map::squared, squares, columns);
        ledger.count(2);
        balance(squares, inverse, rows, columns, most, d, S);
    }
    return d;
}

}  // namespace rhochain
