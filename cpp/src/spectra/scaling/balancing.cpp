#include "spectra/scaling/balancing.hpp"

#include "kernels/solvers/scaling_ops.hpp"
#include "spectra/run_stage.hpp"

namespace rhochain {

vector_block balancing_scaling(const irreducible_block& block, std::int64_t sweeps, double most, Ledger& ledger) {
    const linear_map& A = block.map();
    const space& S = block.domain();
    vector_block d(S), squares(S), inverse(S), rows(S), columns(S);
    fill(0.0, d, S);
    std::int64_t sweep = 0;
    run_stage stage(ledger, [&](state_archive& s) {
        s(d, S);
        s.within(sweep, 0, sweeps);
    });
    for (; !stage.finished() && sweep < sweeps && !stage.exhausted(); ++sweep) {
        stage.mark();
        exponential_squares(d, squares, inverse, S);
        block.project(squares);
        block.project(inverse);
        A.apply(entry_map::squared, inverse, rows);
        A.apply_adjoint(entry_map::squared, squares, columns);
        ledger.count(2);
        balance(squares, inverse, rows, columns, most, d, S);
    }
    stage.close();
    return d;
}

}  // namespace rhochain
