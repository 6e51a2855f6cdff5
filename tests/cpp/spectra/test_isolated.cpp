// Isolated eigenvalues: the deflation theorem and the bound from recurrences against dense eigenvalues, over many
// seeds.
#include "dense_matrices.hpp"
#include "matrices.hpp"

#include <doctest/doctest.h>

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "kernels/small_dense.hpp"
#include "spectra/radius/deflation.hpp"
#include "spectra/radius/power_filter.hpp"

#include <cmath>
#include <random>
#include <vector>

using namespace rhochain;
using matrices::largest_modulus;
using matrices::sparse;

namespace {

using matrix = csr<double, std::int32_t>;

// A disk of entries and `sigma` u v^T + c on top, u and v Gaussian and correlated.
matrix with_outlier(std::int64_t n, double sigma, unsigned seed) {
    std::mt19937 gen{seed};
    std::normal_distribution<double> normal;
    const auto at = [n](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * n + j); };
    std::vector<double> D(static_cast<std::size_t>(n * n)), u, v;
    const double root = std::sqrt(static_cast<double>(n));
    for (std::int64_t i = 0; i < n; ++i) {
        u.push_back(normal(gen) / root);
        v.push_back(u.back() + 0.5 * normal(gen) / root);
    }
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            D[at(i, j)] =
                0.5 * normal(gen) / root + sigma * u[static_cast<std::size_t>(i)] * v[static_cast<std::size_t>(j)];
    return sparse(D, n);
}

}  // namespace

TEST_CASE("deflation: an eigenvalue lies within the radius found, for one vector and for a pair") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    std::normal_distribution<double> normal;
    constexpr std::int64_t n = 9;
    const auto at = [](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * n + j); };
    int certified = 0, pairs = 0;
    for (int trial = 0; trial < 4000; ++trial) {
        // X = Y = the first m unit vectors: M, B, E and C are blocks of A.
        const std::int64_t m = 1 + trial % 2;
        const double coupling = std::pow(10.0, -4.0 * std::uniform_real_distribution<double>(0.0, 1.0)(gen));
        std::vector<double> A(static_cast<std::size_t>(n * n));
        double B = 0.0, E = 0.0, C = 0.0, M = 0.0;
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                double& a = A[at(i, j)];
                a = normal(gen) * (i < m && j < m ? 1.5 : i < m || j < m ? coupling : 0.2);
                (i < m ? (j < m ? M : B) : (j < m ? E : C)) += a * a;
            }
        deflated_eigenvalue e;
        e.coupling = std::sqrt(B * E);
        if (m == 1) {
            e.mu = A[0];
        } else {
            const auto values =
                eigen_decompose(std::vector<double>{A[at(0, 0)], A[at(0, 1)], A[at(1, 0)], A[at(1, 1)]}, 2, false)
                    .values;
            e.mu = values[0];
            e.separation = std::abs(values[0] - values[1]);
            e.gap = std::abs(values[0]) - std::abs(values[1]);
            e.norm = std::sqrt(M);
        }
        const double rest = std::sqrt(C);
        const double eps =
            isolation_radius(e, [rest](double r) { return r > rest ? 1.0 / (r - rest) : Bracket::infinity; });
        if (!(eps < std::abs(e.mu))) continue;
        ++certified;
        pairs += m == 2 && e.mu.imag() != 0.0;
        CHECK(largest_modulus(A, n) >= (std::abs(e.mu) - eps) * (1.0 - 1e-12));
    }
    CHECK(certified > 400);
    CHECK(pairs > 50);
}

TEST_CASE("the bound from recurrences holds, for real eigenvalues and pairs, and closes where they are isolated") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    int closed = 0;
    for (int trial = 0; trial < 60; ++trial) {
        const std::int64_t n = 20 + static_cast<std::int64_t>(gen() % 60);
        const matrix W = with_outlier(n, trial % 3 == 0 ? 0.0 : 2.0, static_cast<unsigned>(gen()));
        const double rho = largest_modulus(matrices::dense(W.view()), n);
        const irreducible_block block(sparse_operator(W.view(), 1));
        power_filter powers(block, gen(), 0, 1e-6);
        for (int k = 1; k <= 120; ++k) {
            powers.step();
            powers.tighten(1e-14);
            REQUIRE(powers.upper().value >= rho * (1.0 - 1e-12));
        }
        closed += powers.upper().value <= 1.001 * rho;
        if (powers.excess() < 1e-3) CHECK(powers.recurrence().modulus() == doctest::Approx(rho).epsilon(2e-3));
    }
    CHECK(closed >= 20);
}

TEST_CASE("the bound from recurrences fails no more often than it may") {
    // Two eigenvalues of the same order: the bound fails where the start nearly misses the first one.
    std::vector<double> D(36, 0.0);
    for (std::size_t i = 0; i < 6; ++i) D[i * 7] = i == 0 ? 1.0 : i == 1 ? 0.9 : 0.3;
    const matrix W = sparse(D, 6);
    const irreducible_block block(sparse_operator(W.view(), 1));
    constexpr double delta = 0.2;
    constexpr int trials = 2000;
    int failures = 0;
    for (std::uint64_t seed = 0; seed < trials; ++seed) {
        power_filter powers(block, seed, 0, delta);
        for (int k = 0; k < 40; ++k) {
            powers.step();
            powers.tighten(1e-15);
        }
        failures += powers.upper().value < 1.0 - 1e-12;
    }
    CHECK(failures <= delta * trials + 4.0 * std::sqrt(delta * trials));
}

TEST_CASE("an isolated radius: both ends graded, the same bits on one thread and on two") {
    for (const unsigned seed : {1U, 2U}) {
        const matrix W = with_outlier(300, 2.0, seed);
        const double rho = largest_modulus(matrices::dense(W.view()), 300);
        const Bracket b = spectral_radius(W.view());
        CHECK(b.status == Status::converged);
        CHECK(b.lower.grade == Grade::probable);
        CHECK(b.upper.grade == Grade::probable);
        CHECK(b.lower.value <= rho * (1.0 + 1e-12));
        CHECK(b.upper.value >= rho * (1.0 - 1e-12));
        CHECK(relative_width(b) <= 1e-3);
        const Bracket two = spectral_radius(linear_map(W.view()).with(2));
        CHECK(two.value == b.value);
        CHECK(two.lower.value == b.lower.value);
        CHECK(two.upper.value == b.upper.value);
    }
}
