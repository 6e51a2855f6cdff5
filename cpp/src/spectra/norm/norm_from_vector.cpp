#include <rhochain/spectra/norm/norm_from_vector.hpp>

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/rayleigh_bound.hpp"

#include <limits>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

// The largest entry of v becomes a number in [1/2, 1), the 2-norm 1. False for v = 0.
bool make_unit(vector_out v, const space& S) {
    const double largest = max_abs(v, S);
    if (!(largest > 0.0)) return false;
    scale_by_power(-binary_exponent(largest), v, S);
    scale(1.0 / norm2(v, S), v, S);
    return true;
}

}  // namespace

NormFromVector norm_from_vector(const linear_map& W, std::span<const double> v) {
    const linear_map A = W.normalised();
    const space& S = A.domain();
    if (S.any(static_cast<std::int64_t>(v.size()) != S.length()))
        throw std::invalid_argument("v: got " + std::to_string(v.size()) + " entries, expected " +
                                    std::to_string(S.length()));
    vector_block x(S);
    copy(from_caller(v), x, S);
    if (!make_unit(x, S)) throw std::invalid_argument("v: got the zero vector");
    Ledger ledger(SolverOptions{}, S);
    image_of_vector of_x = rayleigh_lower_bound(A, x, std::numeric_limits<double>::infinity(), ledger);
    NormFromVector result{std::move(of_x.lower), {}};
    result.lower.value = shifted_down(result.lower.value, A.exponent());
    vector_block next(S);
    A.apply_adjoint(of_x.image, next);
    result.next = for_caller(make_unit(next, S) ? vector_in(next) : vector_in(x));
    return result;
}

}  // namespace rhochain
