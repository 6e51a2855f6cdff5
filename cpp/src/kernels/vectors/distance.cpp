#include <rhochain/kernels/vectors/distance.hpp>

#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

// sum (2^-exponent (a_i - b_i))^2. Eight sums side by side let the compiler use vectors.
template <class Scalar>
double square_of_distance(std::span<const Scalar> a, std::span<const Scalar> b, int exponent) {
    constexpr std::size_t lanes = 8;
    const double unit = std::ldexp(1.0, -exponent);
    std::array<double, lanes> sums{};
    const auto add = [&](std::size_t lane, std::size_t i) {
        const double d = (static_cast<double>(a[i]) - static_cast<double>(b[i])) * unit;
        sums[lane] += d * d;
    };
    std::size_t i = 0;
    for (; i + lanes <= a.size(); i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) add(lane, i + lane);
    for (; i < a.size(); ++i) add(0, i);
    double sum = 0.0;
    for (const double s : sums) sum += s;
    return sum;
}

template <class Scalar>
double largest_difference(std::span<const Scalar> a, std::span<const Scalar> b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return largest;
}

}  // namespace

template <storage_scalar Scalar>
double distance_above(std::span<const Scalar> a, std::span<const Scalar> b) {
    if (a.size() != b.size())
        throw std::invalid_argument("b: got " + std::to_string(b.size()) + " numbers, expected " +
                                    std::to_string(a.size()));
    // Within this range of the sum, no square overflows, and those that underflow are negligible.
    constexpr double least = 0x1p-900;
    int exponent = 0;
    double square = square_of_distance(a, b, exponent);
    if (a.empty()) return 0.0;
    if (!(square > least && square < std::numeric_limits<double>::max())) {
        const double largest = largest_difference(a, b);
        if (largest == 0.0) return 0.0;
        if (!std::isfinite(largest)) return std::numeric_limits<double>::infinity();
        // 2^-exponent stays finite; the scaled differences then are at least 2^-53.
        exponent = std::max(binary_exponent(largest), -1022);
        square = square_of_distance(a, b, exponent);
    }
    const auto terms = static_cast<std::int64_t>(a.size());
    const double root = std::sqrt(square) * (1.0 + rounding_gamma(terms + 8));
    return std::nextafter(std::ldexp(root, exponent), std::numeric_limits<double>::infinity());
}

template double distance_above(std::span<const float>, std::span<const float>);
template double distance_above(std::span<const double>, std::span<const double>);

}  // namespace rhochain
