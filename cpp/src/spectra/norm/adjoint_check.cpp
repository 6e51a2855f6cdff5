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

struct trial {
    std::int64_t products = 0;
    double ratio = 1.0;  // <v, A^T u> / <A v, u>
    bool agrees = true;
};

trial try_adjoint(const linear_map& A, std::uint64_t seed) {
    if (A.bounded() || A.rows() == 0 || A.cols() == 0) return {};
    vector_block v(A.domain()), z(A.domain()), u(A.range());
    fill_gaussian(v, seed, streams::adjoint, A.domain());
    scale(1.0 / norm2(v, A.domain()), v, A.domain());
    A.apply(v, u);
    const double length = norm2(u, A.range());
    if (!(length > least_length)) return {.products = 1};
    scale(1.0 / length, u, A.range());
    A.apply_adjoint(u, z);
    const double found = dot(z, v, A.domain());
    const bool differs = std::abs(found - length) > tolerance * std::max(length, norm2(z, A.domain()));
    return {2, found / length, !differs};
}

}  // namespace

std::int64_t require_adjoint(const linear_map& A, std::uint64_t seed, const std::string& name) {
    if (!A.has_adjoint())
        throw std::invalid_argument(name + ": got an operator without rmatvec, expected the adjoint product too");
    const trial t = try_adjoint(A, seed);
    if (!t.agrees)
        throw std::invalid_argument(
            name + ": got an rmatvec that is not the adjoint of matvec, <v, rmatvec(u)> / <matvec(v), u> = " +
            std::to_string(t.ratio) + ", expected 1");
    return t.products;
}

bool adjoint_agrees(const linear_map& A, std::uint64_t seed) { return try_adjoint(A, seed).agrees; }

}  // namespace rhochain
