#include "spectra/radius/dense_eigenpair.hpp"

#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/complex_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace rhochain {
namespace {

using complex_column = std::vector<std::complex<double>>;

std::vector<double> transposed(std::span<const double> B, std::size_t n) {
    std::vector<double> T(B.size());
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) T[j * n + i] = B[i * n + j];
    return T;
}

complex_column column(const eigen_decomposition& d, std::size_t n, std::size_t k) {
    complex_column x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = d.vectors[i * n + k];
    return x;
}

double residual(std::span<const double> B, const complex_column& x, std::complex<double> theta) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        std::complex<double> r = -theta * x[i];
        for (std::size_t j = 0; j < x.size(); ++j) r += B[i * x.size() + j] * x[j];
        sum += std::norm(r);
    }
    return std::sqrt(sum);
}

// ||B^T y - theta y||
double left_residual(std::span<const double> B, const complex_column& y, std::complex<double> theta) {
    complex_column r(y.size());
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t j = 0; j < y.size(); ++j) r[j] += B[i * y.size() + j] * y[i];
    double sum = 0.0;
    for (std::size_t j = 0; j < y.size(); ++j) sum += std::norm(r[j] - theta * y[j]);
    return std::sqrt(sum);
}

// x_i 2^(sign d_i), normalised. The exponents are shifted first, so that the largest entry is near 1 for any d.
complex_column unbalanced(complex_column x, const std::vector<int>& d, int sign) {
    int largest = std::numeric_limits<int>::min();
    for (std::size_t i = 0; i < x.size(); ++i)
        if (x[i] != 0.0) largest = std::max(largest, binary_exponent(std::abs(x[i])) + sign * d[i]);
    double square = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const int shift = sign * d[i] - largest;
        if (x[i] != 0.0) x[i] = {std::ldexp(x[i].real(), shift), std::ldexp(x[i].imag(), shift)};
        square += std::norm(x[i]);
    }
    for (auto& z : x) z /= std::sqrt(square);
    return x;
}

std::complex<double> times_power_of_two(std::complex<double> z, int exponent) {
    return {std::ldexp(z.real(), exponent), std::ldexp(z.imag(), exponent)};
}

// Those of the vector on the whole space that this process has.
complex_column own_entries(const complex_column& x, const irreducible_block& block) {
    const space& S = block.domain();
    complex_column own(static_cast<std::size_t>(S.length()));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int64_t at = (block.is_in_place() ? block.members()[i] : static_cast<std::int64_t>(i)) - S.first();
        if (at >= 0 && at < S.length()) own[static_cast<std::size_t>(at)] = x[i];
    }
    return own;
}

}  // namespace

dominant_pair decomposed_pair(const dense_block& block) {
    const std::int64_t order = block.size();
    const auto n = static_cast<std::size_t>(order);
    const eigen_decomposition right = eigen_decompose(block.C, order, true);
    const eigen_decomposition left = eigen_decompose(transposed(block.C, n), order, true);
    if (!right.converged || !left.converged) return {};
    dominant_pair pair;
    pair.theta = right.values.front();
    const auto nearest = std::min_element(left.values.begin(), left.values.end(), [&](const auto& a, const auto& c) {
        return std::abs(a - pair.theta) < std::abs(c - pair.theta);
    });
    pair.u = column(right, n, 0);
    // C^T v' = theta v', so v^* = v'^T.
    pair.v = column(left, n, static_cast<std::size_t>(nearest - left.values.begin()));
    const auto next = std::find_if(right.values.begin(), right.values.end(),
                                   [&](const auto& z) { return std::abs(z) < std::abs(pair.theta) * (1.0 - 1e-8); });
    if (next != right.values.end()) pair.runner_up = std::abs(*next);
    return pair;
}

pair_quality quality_of(std::complex<double> theta, const complex_column& u, const complex_column& v,
                        const dense_block& block) {
    const complex_column x = unbalanced(u, block.d, 1);
    const complex_column y = unbalanced(v, block.d, -1);
    return {residual(block.B, x, times_power_of_two(theta, block.exponent)),
            std::max(1.0, 1.0 / std::abs(overlap(y, x)))};
}

double write_eigenpair(const dominant_pair& pair, const dense_block& dense, const irreducible_block& block,
                       Bracket& b) {
    constexpr double nothing = std::numeric_limits<double>::infinity();
    const auto& [B, C, d, exponent, error] = dense;
    const std::size_t n = d.size();
    if (pair.u.empty()) return nothing;
    const complex_column u = unbalanced(pair.u, std::vector<int>(n, 0), 1);
    const complex_column v = unbalanced(pair.v, std::vector<int>(n, 0), 1);
    const complex_column x = unbalanced(pair.u, d, 1);
    const complex_column y = unbalanced(pair.v, d, -1);
    const double radius = std::abs(pair.theta);
    b.value = std::ldexp(radius, exponent);
    b.vector = own_entries(x, block);
    const std::complex<double> lambda = times_power_of_two(pair.theta, exponent);
    b.residual = std::max(residual(B, x, lambda), left_residual(B, y, lambda));
    b.condition = 1.0 / std::abs(overlap(y, x));
    b.runner_up = std::ldexp(pair.runner_up, exponent);
    const double rounding = rounding_gamma(static_cast<std::int64_t>(n)) * norm2(C) + error;
    const double distance = std::max(residual(C, u, pair.theta), left_residual(C, v, pair.theta)) + rounding;
    const double uncertainty = distance / std::abs(overlap(v, u)) / radius;
    return std::isfinite(uncertainty) ? uncertainty : nothing;
}

}  // namespace rhochain
