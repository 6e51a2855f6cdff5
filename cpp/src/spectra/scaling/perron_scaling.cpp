#include "spectra/scaling/perron_scaling.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/solvers/scaling_ops.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "operators/adjoint_operator.hpp"
#include "spectra/radius/perron_of_block.hpp"

#include <cmath>
#include <utility>

namespace rhochain {
namespace {

struct perron_vector {
    Bracket radius;  // without its vector
    vector_block x;
    double largest_ratio = 0.0;  // max (|A| x)_i / x_i, rounded up
};

perron_vector perron_with_ratio(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    const linear_map& A = block.map();
    perron_vector p{perron_of_block(block, options, ledger), {}, 0.0};
    const space& S = block.domain();
    if (!S.any(!p.radius.vector.empty())) return p;
    p.x = vector_block(S);
    copy_real_part(from_caller(std::exchange(p.radius.vector, {})), p.x, S);
    vector_block y(S);
    A.apply(entry_map::absolute, p.x, y);
    ledger.count();
    p.largest_ratio = ratio_extremes(y, p.x, S).highest * (1.0 + rounding_gamma(A.row_terms() + 4)) + 0x1p-600;
    return p;
}

}  // namespace

block_scaling perron_scaling(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    const space& S = block.domain();
    SolverOptions finer = options;
    finer.rtol = 0.25 * options.rtol;
    finer.start = {};
    block_scaling s;
    const perron_vector right = perron_with_ratio(block, finer, ledger);
    s.bracket = right.radius;
    if (!S.any(!right.x.empty())) return s;
    const perron_vector left = perron_with_ratio(block.with_map(adjoint_operator(block.map())), finer, ledger);
    tighten_upper(s.bracket, left.radius.upper);
    tighten_lower(s.bracket, left.radius.lower);
    clamp_value(s.bracket);
    if (relative_width(s.bracket) <= options.rtol) s.bracket.status = Status::converged;
    s.d = vector_block(S);
    half_log_ratios(left.x, right.x, s.d, S);
    // The logarithms and the exponential of D round to less than 2^-42 for |d| below 1100.
    s.excess = std::sqrt(right.largest_ratio * left.largest_ratio) / s.bracket.upper.value * (1.0 + 0x1p-40);
    return s;
}

}  // namespace rhochain
