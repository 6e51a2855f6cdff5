#include "spectra/radius/normal_radius.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/complex_vectors.hpp"
#include "spectra/norm/norm_of_map.hpp"
#include "spectra/radius/small_block.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

// Replaces the singular vector and its residual r = ||A^T A v - sigma^2 v|| / sigma by an eigenvector and its own:
// both sides of its equation differ by A^T A v - sigma^2 v up to signs.
void write_eigenvector(const irreducible_block& block, Bracket& b, Ledger& ledger) {
    const space& S = block.domain();
    std::vector<double> v = real_part(b.vector);
    std::vector<double> a(v.size());
    block.map().apply(const_block(v), mutable_block(a));
    ledger.count();
    if (block.facts().kind == symmetry::symmetric) {
        axpy(std::copysign(b.value, dot(v, a, S)), v, a, S);
        fill(0.0, v, S);
    } else {
        scale(b.value, v, S);
    }
    const double length = std::hypot(norm2(a, S), norm2(v, S));
    b.vector = to_complex(a);
    set_imaginary(v, b.vector, S);
    normalise(b.vector, S);
    b.residual *= b.value / length;
}

// The bounds of powers are PROVED.
Bracket radius_of_small_block(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    solve_small_block(block, options, b, ledger);
    const Bracket norm = norm_within(block.map(), options, {}, ledger);
    tighten_lower(b, norm.lower);
    if (b.upper.value > b.value * (1.0 + options.rtol)) tighten_upper(b, norm.upper);
    clamp_value(b);
    if (relative_width(b) <= options.rtol) b.status = Status::converged;
    return b;
}

}  // namespace

Bracket radius_of_normal(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    if (block.size() <= small_block_size) return radius_of_small_block(block, options, ledger);
    Bracket b = norm_within(block.map(), options, {}, ledger);
    write_eigenvector(block, b, ledger);
    b.condition = 1.0;
    return b;
}

}  // namespace rhochain
