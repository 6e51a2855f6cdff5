#include "spectra/radius/disc_union.hpp"
#include "spectra/radius/verified_discs.hpp"

#include "matrices.hpp"
#include "symmetric_matrices.hpp"

#include <rhochain/rhochain.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace rhochain;

namespace {

// L J L^-1 for an upper bidiagonal J of whole numbers and a product L of elementary whole-number matrices: exact, of
// the spectrum of J.
std::vector<double> disguised(std::vector<double> A, std::int64_t n, unsigned seed, int operations) {
    std::mt19937_64 generator(seed);
    std::uniform_int_distribution<std::int64_t> index(0, n - 1);
    for (int step = 0; step < operations; ++step) {
        const std::int64_t i = index(generator), k = index(generator);
        if (i == k) continue;
        for (std::int64_t j = 0; j < n; ++j)
            A[static_cast<std::size_t>(i * n + j)] += A[static_cast<std::size_t>(k * n + j)];
        for (std::int64_t j = 0; j < n; ++j)
            A[static_cast<std::size_t>(j * n + k)] -= A[static_cast<std::size_t>(j * n + i)];
    }
    return A;
}

void scale_to_one(std::vector<double>& A, double& rho) {
    double largest = 0.0;
    for (const double a : A) largest = std::max(largest, std::abs(a));
    const double s = std::exp2(-std::ceil(std::log2(largest)));
    for (double& a : A) a *= s;
    rho *= s;
}

}  // namespace

TEST_CASE("discs: the largest modulus over the union, and the best of the sets that meet no other one") {
    const std::vector<std::complex<double>> centres{{3.0, 0.0}, {0.0, 2.5}, {0.0, -2.5}, {-2.0, 0.0}, {1.0, 0.0}};
    const auto ends = [&](std::vector<double> radii) {
        const disc_union discs(centres, std::move(radii));
        return std::pair{discs.lower(), discs.upper()};
    };
    CHECK(ends({0.5, 0.1, 0.1, 0.1, 0.1}).first == doctest::Approx(2.5));
    CHECK(ends({0.5, 0.1, 0.1, 0.1, 0.1}).second == doctest::Approx(3.5));
    // The disc of 3 meets that of 1, so the pair counts.
    CHECK(ends({1.5, 0.25, 0.25, 0.1, 0.6}).first == doctest::Approx(2.25));
    // That of 3 holds all but that of -2.
    CHECK(ends({4.0, 0.1, 0.1, 0.1, 0.1}).first == doctest::Approx(1.9));
    CHECK(ends({1.9, 2.2, 2.2, 0.1, 0.1}).first == doctest::Approx(1.9));
    CHECK(ends({1.9, 2.2, 2.2, 0.1, 0.1}).second == doctest::Approx(4.9));
}

TEST_CASE("discs hold the radius of whole-number matrices with known spectrum, and are narrow unless it is defective") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        const std::int64_t n = 4 + seed % 13;
        std::mt19937_64 generator(seed);
        std::uniform_int_distribution<int> entry(-4, 4);
        std::vector<double> J(static_cast<std::size_t>(n * n), 0.0);
        double rho = 6.0;
        for (std::int64_t i = 1; i < n; ++i) J[static_cast<std::size_t>(i * n + i)] = entry(generator);
        J[0] = seed % 2 == 0 ? 6.0 : -6.0;
        const bool defective = seed % 5 == 4;
        if (defective) {
            J[static_cast<std::size_t>(n + 1)] = J[0];
            J[1] = 1.0;
        }
        std::vector<double> A = disguised(J, n, seed, 12);
        scale_to_one(A, rho);
        const radius_discs found = enclose_radius(A, n, 0.0);
        REQUIRE(found.found());
        CHECK(found.lower <= rho);
        CHECK(found.upper >= rho);
        if (!defective) CHECK(found.upper - found.lower <= 1e-8 * rho);
    }
}

TEST_CASE("discs hold for every matrix within the error that they are given") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::int64_t n = 12;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.7, seed);
        std::vector<double> A = matrices::dense(W.view());
        for (double& a : A) a *= 0.25;
        const double error = std::pow(10.0, -2.0 - static_cast<double>(seed % 4));
        const radius_discs found = enclose_radius(A, n, error);
        if (!found.found()) continue;
        for (unsigned trial = 0; trial < 10; ++trial) {
            std::vector<double> E =
                matrices::dense(matrices::random_csr<double, std::int32_t>(n, n, 1.0, 100 + trial).view());
            double square = 0.0;
            for (const double e : E) square += e * e;
            std::vector<double> B = A;
            for (std::size_t p = 0; p < B.size(); ++p) B[p] += 0.999 * error / std::sqrt(square) * E[p];
            const double rho = matrices::dense_radius(B, n);
            CHECK(found.lower <= rho);
            CHECK(found.upper >= rho);
        }
    }
}

TEST_CASE("proofs on request: both ends PROVED, in place too, and the reason where there are none") {
    for (unsigned seed = 0; seed < 4; ++seed) {
        const std::int64_t n = 150;
        auto D = matrices::dense(matrices::iid<double>(n, 8, seed).view());
        const double truth = matrices::dense_radius(D, n);
        // A vertex outside of the component, which is then solved in place.
        std::vector<double> larger(static_cast<std::size_t>((n + 1) * (n + 1)), 0.0);
        for (std::int64_t i = 0; i < n; ++i) std::copy_n(D.begin() + i * n, n, larger.begin() + (i + 1) * (n + 1) + 1);
        larger[static_cast<std::size_t>(n + 1)] = 1.0;
        const auto W = matrices::sparse(larger, n + 1);
        const Bracket b = spectral_radius(W.view(), {}, {.proved = true});
        CHECK(b.lower.grade == Grade::proved);
        CHECK(b.upper.grade == Grade::proved);
        CHECK(b.upper.value - b.lower.value <= 1e-8 * truth);
        CHECK(b.lower.value <= truth * (1.0 + 1e-12));
        CHECK(b.upper.value >= truth * (1.0 - 1e-12));
        CHECK(static_cast<std::int64_t>(b.vector.size()) == n + 1);
        CHECK(std::abs(b.vector[0]) == 0.0);
        CHECK(check_eigenpair(W.view(), b.vector).residual.value <= 1e-8 * truth);
    }
    const std::int64_t n = 1001;
    const Bracket large = spectral_radius(matrices::iid<double>(n, 8, 1).view(), {}, {.proved = true});
    CHECK(large.lower.source.find("more than 1000 vertices") != std::string::npos);
    CHECK(large.lower.grade != Grade::proved);
}
