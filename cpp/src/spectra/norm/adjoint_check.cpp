#include "spectra/norm/adjoint_check.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr double tolerance = 0.01;

// Below this length the rounding of the products may be as large as the products.
constexpr double least_length = 0x1p-900;

}  // namespace

std::int64_t require_adjoint(const linear_map& A, std::uint64_t seed) {
    if (A.bounded() || A.rows() == 0 || A.cols() == 0) return 0;
    vector_block v(A.domain()), z(A.domain()), u(A.range());
    fill_gaussian(v, seed, streams::adjoint, A.domain());
    scale(1.0 / norm2(v, A.domain()), v, A.domain());
    A.apply(v, u);
    const double length = norm2(u, A.range());
    if (!(length > least_length)) return 1;
    scale(1.0 / length, u, A.range());
    A.apply_adjoint(u, z);
    const double found = dot(z, v, A.domain());
    if (std::abs(found - length) > tolerance * std::max(length, norm2(z, A.domain())))
        throw std::invalid_argument(
            "W: got an rmatvec that is not the adjoint of matvec, <v, rmatvec(u)> / <matvec(v), u> = " +
            std::to_string(found / length) + ", expected 1");
    return 2;
}

}  // namespace rhochain
