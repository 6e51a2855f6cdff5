#include "spectra/radius/commutator.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/random_streams.hpp"

#include <vector>

namespace rhochain {

bool commutes_with_adjoint(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    const linear_map& A = block.map();
    const space& S = block.domain();
    std::vector<double> z(static_cast<std::size_t>(S.length()));
    std::vector<double> half(z.size());
    std::vector<double> one(z.size());
    std::vector<double> other(z.size());
    block.draw(z, options.seed, streams::commutator);
    A.apply(const_block(z), mutable_block(half));
    A.apply_adjoint(const_block(half), mutable_block(one));
    A.apply_adjoint(const_block(z), mutable_block(half));
    A.apply(const_block(half), mutable_block(other));
    ledger.count(4);
    const double size = max_abs(one, S);
    axpy(-1.0, other, one, S);
    constexpr double rounding = 0x1p-40;
    return max_abs(one, S) <= rounding * size;
}

}  // namespace rhochain
