#include "spectra/radius/normal_radius.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/norm_of_map.hpp"
#include "spectra/radius/eigenpair_of_map.hpp"
#include "spectra/radius/small_block.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// x = A v - conj(lambda) v is an eigenvector of lambda = sigma (t +- i sqrt(1 - t^2)), t = v^T A v / sigma, if v lies
// in the plane of one pair. A symmetric A has lambda = +-sigma and x = A v + lambda v.
complex_vector eigenvector_from(const irreducible_block& block, double sigma, vector_in v) {
    const space& S = block.domain();
    vector_block a(S), b(S);
    fill(0.0, b, S);
    block.map().apply(v, a);
    const double along = std::clamp(dot(v, a, S), -sigma, sigma);
    if (block.facts().kind == symmetry::symmetric) {
        axpy(std::copysign(sigma, along), v, a, S);
    } else {
        axpy(-along, v, a, S);
        copy_scaled(std::sqrt((sigma - along) * (sigma + along)), v, b, S);
    }
    complex_vector x(S);
    set_real(a, x, S);
    set_imaginary(b, x, S);
    return x;
}

// Replaces the singular vector v by an eigenvector, where v gives one, and the residual by its own.
void write_eigenvector(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    constexpr double hardly_more = 4.0;
    const space& S = block.domain();
    vector_block v(S);
    copy_real_part(from_caller(b.vector), v, S);
    complex_vector x = eigenvector_from(block, b.value, v);
    b.vector.clear();
    const double expected = std::max(b.residual, options.rtol * b.value);
    b.no_vector = "the singular vector behind the value mixes eigenvectors of several eigenvalues of the same modulus";
    b.residual = Bracket::unknown;
    ledger.count(3);
    // Nothing is left where lambda is real and v an eigenvector.
    if (!(max_abs_part(x, S) > 0x1p-20 * b.value)) {
        set_real(v, x, S);
        fill(0.0, v, S);
        set_imaginary(v, x, S);
    }
    normalise(x, S);
    const Eigenpair pair = eigenpair_of_map(block.map(), x);
    if (!(pair.residual.value <= hardly_more * expected)) return;
    b.vector = for_caller(std::move(x));
    b.no_vector.clear();
    b.residual = pair.residual.value;
}

// The bounds of powers are PROVED.
Bracket radius_of_small_block(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    if (solve_small_block(block, options, b, ledger).empty()) return b;
    const Bracket norm = norm_within(block.map(), options, {}, ledger);
    tighten_lower(b, norm.lower);
    if (b.upper.value > b.value * (1.0 + options.rtol)) tighten_upper(b, norm.upper);
    if (block.facts().moduli) tighten_by_interval(b, *block.facts().moduli);
    clamp_value(b);
    if (relative_width(b) <= options.rtol) b.status = Status::converged;
    return b;
}

}  // namespace

Bracket radius_of_normal(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    if (block.size() <= small_block_size) return radius_of_small_block(block, options, ledger);
    Bracket b;
    if (const auto& moduli = block.facts().moduli) {
        b.value = 0.5 * (moduli->lower + moduli->upper);
        tighten_by_interval(b, *moduli);
        b.no_vector =
            "a multiple of an orthogonal matrix: all eigenvalues have the same modulus, and none was searched for";
        ledger.record(b.lower.value, b.value, b.upper.value);
    } else {
        b = norm_within(block.map(), options, {}, ledger);
        write_eigenvector(block, options, b, ledger);
    }
    b.condition = 1.0;
    return b;
}

}  // namespace rhochain
