#include "spectra/scaling/balancing.hpp"

#include "kernels/solvers/scaling_ops.hpp"

#include <cstddef>

namespace rhochain {

std::vector<double> balancing_scaling(const irreducible_block& block, std::int64_t sweeps, double most,
                                      Ledger& ledger) {
    const linear_map& A = block.map();
    const space& S = block.domain();
    const auto n = static_cast<std::size_t>(S.length());
    std::vector<double> d(n, 0.0), squares(n), inverse(n), rows(n), columns(n);
    for (std::int64_t sweep = 0; sweep < sweeps && !ledger.exhausted(); ++sweep) {
        exponential_squares(d, squares, inverse, S);
        block.project(squares);
        block.project(inverse);
        A.apply(entry_map::squared, const_block(inverse), mutable_block(rows));
        A.apply_adjoint(entry_map::squared, const_block(squares), mutable_block(columns));
        ledger.count(2);
        balance(squares, inverse, rows, columns, most, d, S);
    }
    return d;
}

}  // namespace rhochain
