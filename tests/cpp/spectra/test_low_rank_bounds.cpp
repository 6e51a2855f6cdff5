#include "low_rank_cases.hpp"

#include <doctest/doctest.h>

#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "kernels/small_dense.hpp"
#include "spectra/radius/power_filter.hpp"

#include <cmath>
#include <cstdint>
#include <random>

using namespace rhochain;
using namespace low_rank_cases;

TEST_CASE("brackets of rho, sigma_1 and rho(|A|) contain the values of the dense sum") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (const std::int64_t n : {1, 2, 3, 8, 39, 60})
        for (const std::int64_t k : {1, 3}) {
            const sum_case c(n, k, 0.3, seed + static_cast<unsigned>(n * 10 + k));
            const linear_map A(c.update());
            CAPTURE(n);
            CAPTURE(k);
            const doubles D = c.dense();
            const double rho = std::abs(eigen_decompose(D, n, false).values.front());
            const double perron = std::abs(eigen_decompose(magnitudes_of(D), n, false).values.front());
            const Bracket r = spectral_radius(A, {.seed = seed}), p = perron_radius(A, {.seed = seed});
            constexpr double tiny = 1e-12;
            CHECK(graded_lower(r).value <= rho * (1.0 + tiny));
            CHECK(graded_upper(r).value >= rho * (1.0 - tiny));
            CHECK(r.value == doctest::Approx(rho).epsilon(2e-3));
            CHECK(graded_lower(p).value <= perron * (1.0 + tiny));
            CHECK(p.upper.value >= perron * (1.0 - tiny));
            CHECK(p.upper.grade == Grade::proved);
            const Bracket s = spectral_norm(A, {.seed = seed});
            CHECK(s.lower.grade == Grade::proved);
            doubles DtD(D.size(), 0.0);
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t j = 0; j < n; ++j)
                    for (std::int64_t l = 0; l < n; ++l)
                        DtD[static_cast<std::size_t>(i * n + j)] +=
                            D[static_cast<std::size_t>(l * n + i)] * D[static_cast<std::size_t>(l * n + j)];
            const double sigma = std::sqrt(std::abs(eigen_decompose(DtD, n, false).values.front()));
            CHECK(s.lower.value <= sigma * (1.0 + 1e-9));
            CHECK(graded_upper(s).value >= sigma * (1.0 - 1e-9));
        }
}

TEST_CASE(
    "where U V cancels W the radius is 0, the upper bound is not above rounding and no lower one is graded above 0") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (const std::int64_t n : {1, 5, 30, 80}) {
        sum_case c(n, 1, 0.0, seed);
        c.W = matrices::random_csr<double, std::int32_t>(n, n, 2.0, seed);  // all entries
        for (double& u : c.U) u = std::round(8.0 * u);                      // so that the products with v are exact
        for (double& v : c.Vt) v = std::round(8.0 * v);
        for (std::size_t p = 0; p < c.W.values.size(); ++p)
            c.W.values[p] = -c.U[p / static_cast<std::size_t>(n)] * c.Vt[p % static_cast<std::size_t>(n)];
        const linear_map A(c.update());
        const double magnitude = bound_norms(A).upper.value;
        CAPTURE(n);
        const Bracket r = spectral_radius(A, {.seed = seed}), s = spectral_norm(A, {.seed = seed});
        CHECK(graded_lower(r).value == 0.0);
        CHECK(graded_lower(s).value == 0.0);
        CHECK(s.upper.value >= 0.0);
        CHECK(perron_radius(A).lower.value == 0.0);
        if (n <= 40) CHECK(r.upper.value <= 1e-9 * magnitude);
    }
}

TEST_CASE("products that cancel to 0 by rounding do not make the bound of powers 0: W = -fl(u v^T)") {
    // A_ij = u_i v_j - fl(u_i v_j): of the size of the rounding errors of the products with A.
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    const std::int64_t n = 64, k = 1;
    sum_case c(n, k, 0.0, seed);
    c.W = matrices::random_csr<double, std::int32_t>(n, n, 2.0, seed);
    long double trace = 0.0L;
    for (std::size_t p = 0; p < c.W.values.size(); ++p) {
        const std::size_t i = p / static_cast<std::size_t>(n), j = p % static_cast<std::size_t>(n);
        c.W.values[p] = -c.U[i] * c.Vt[j];
        if (i == j) trace += static_cast<long double>(c.U[i]) * c.Vt[j] + static_cast<long double>(c.W.values[p]);
    }
    const linear_map A(c.update());
    const double least = static_cast<double>(std::abs(trace)) / static_cast<double>(n);  // at most rho
    const Bracket r = spectral_radius(A, {.seed = seed});
    CHECK(graded_upper(r).value >= least);
    CHECK(r.upper.value >= least);
    power_filter powers(irreducible_block(A), seed, 0, 1e-6,
                        rounding_gamma(A.row_terms()) * bound_norms(A).upper.value);
    for (int step = 0; step < 20; ++step) powers.step();
    CHECK(powers.upper().value >= least);
}

TEST_CASE("the bound of powers with the errors of the products is that without them where nothing cancels") {
    const sum_case c(100, 2, 0.1, 5);
    const linear_map A(c.update());
    power_filter plain(irreducible_block(A), 1, 0, 1e-6);
    power_filter guarded(irreducible_block(A), 1, 0, 1e-6, rounding_gamma(A.row_terms()) * bound_norms(A).upper.value);
    for (int step = 0; step < 200; ++step) {
        plain.step();
        guarded.step();
    }
    CHECK(guarded.upper().value >= plain.upper().value);
    CHECK(guarded.upper().value <= plain.upper().value * (1.0 + 1e-3));
}
