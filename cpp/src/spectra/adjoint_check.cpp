#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/adjoint_check.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {
namespace {

constexpr double tolerance = 0.01;

// Below this the products' own rounding may be all there is of them.
constexpr double least_length = 0x1p-900;

// Of the random vectors; those of the estimates are drawn from low ones.
constexpr std::uint64_t stream = 0x61646a6f696e74;

}  // namespace

std::int64_t require_adjoint(operator_ref A, std::uint64_t seed, int threads) {
    if (A.entrywise() || A.rows() == 0 || A.cols() == 0) return 0;
    std::vector<double> v(static_cast<std::size_t>(A.cols())), z(v.size());
    std::vector<double> u(static_cast<std::size_t>(A.rows()));
    fill_gaussian(v, seed, stream, threads);
    scale(1.0 / norm2(v, threads), v, threads);
    A.apply(const_block(v), mutable_block(u));
    const double length = norm2(u, threads);
    if (!(length > least_length)) return 1;
    scale(1.0 / length, u, threads);
    A.apply_adjoint(const_block(u), mutable_block(z));
    const double found = dot(z, v, threads);
    if (std::abs(found - length) > tolerance * std::max(length, norm2(z, threads)))
        throw std::invalid_argument("W: got an rmatvec that is not the adjoint of matvec, <v, rmatvec(u)> / <matvec(v), u> = " +
                                    std::to_string(found / length) + ", expected 1");
    return 2;
}

}  // namespace rhochain
