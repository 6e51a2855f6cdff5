#include "spectra/radius/commutator.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/random_streams.hpp"

namespace rhochain {

bool commutes_with_adjoint(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    const linear_map& A = block.map();
    const space& S = block.domain();
    vector_block z(S), half(S), one(S), other(S);
    block.draw(z, options.seed, streams::commutator);
    A.apply(z, half);
    A.apply_adjoint(half, one);
    A.apply_adjoint(z, half);
    A.apply(half, other);
    ledger.count(4);
    const double size = max_abs(one, S);
    axpy(-1.0, other, one, S);
    constexpr double rounding = 0x1p-40;
    return max_abs(one, S) <= rounding * size;
}

}  // namespace rhochain
