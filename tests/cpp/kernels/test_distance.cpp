#include <doctest/doctest.h>

#include <rhochain/kernels/vectors/distance.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

template <class Scalar>
long double distance_in_extended_precision(const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
    long double square = 0.0L;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const long double d = static_cast<long double>(a[i]) - static_cast<long double>(b[i]);
        square += d * d;
    }
    return std::sqrt(square);
}

template <class Scalar>
void check_distance(std::size_t n, double size, double change, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    std::vector<Scalar> a(n), b(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double x = normal(generator);
        a[i] = static_cast<Scalar>(size * x);
        b[i] = static_cast<Scalar>(size * (x + change * normal(generator)));
    }
    const long double exact = distance_in_extended_precision(a, b);
    const double bound = rhochain::distance_above(std::span<const Scalar>(a), std::span<const Scalar>(b));
    CAPTURE(n);
    CAPTURE(size);
    CHECK(static_cast<long double>(bound) >= exact);
    CHECK(static_cast<long double>(bound) <= exact * 1.0000001L + 1e-320L);
}

}  // namespace

TEST_CASE("the distance of two arrays is bounded from above, in any range of numbers") {
    std::random_device device;
    const unsigned seed = device();
    CAPTURE(seed);
    for (const std::size_t n : {1U, 7U, 8U, 9U, 1000U}) {
        for (const double size : {1.0, 1e-310, 1e-200, 1e200, 1e307})
            for (const double change : {1e-12, 0.5}) check_distance<double>(n, size, change, seed);
        for (const double size : {1.0, 1e-40, 1e37}) check_distance<float>(n, size, 0.5, seed);
    }
}

TEST_CASE("the distance of equal arrays is 0, of infinitely far ones infinite, of arrays of other lengths an error") {
    const std::vector<double> a{1.0, -2.0, std::numeric_limits<double>::max()};
    std::vector<double> b = a;
    using span = std::span<const double>;
    CHECK(rhochain::distance_above(span(a), span(b)) == 0.0);
    CHECK(rhochain::distance_above(span(), span()) == 0.0);
    b[2] = -b[2];
    CHECK(std::isinf(rhochain::distance_above(span(a), span(b))));
    CHECK_THROWS_AS((void)rhochain::distance_above(span(a), span(b).first(2)), std::invalid_argument);
}
