// Bounds of a matrix from vectors that a caller gives: sigma_1 from below, rho(|W|) from both sides.
#include "matrices.hpp"

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/norm/norm_from_vector.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include "kernels/small_dense.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

using namespace rhochain;

namespace {

double perron_radius_by_decomposition(const csr<double, std::int32_t>& W) {
    std::vector<double> magnitudes = matrices::dense(W.view());
    for (double& w : magnitudes) w = std::abs(w);
    return std::abs(eigen_decompose(magnitudes, W.n_rows, false).values.front());
}

}  // namespace

TEST_CASE("||W v|| / ||v|| bounds sigma_1 from below, and steps of power iteration raise it to sigma_1") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (const double size : {1.0, 1e-250, 1e250}) {
        auto W = matrices::random_csr<double, std::int32_t>(60, 40, 0.3, seed);
        for (double& w : W.values) w *= size;
        const linear_map A = sparse_operator(W.view());
        const Bracket sigma = spectral_norm(A, SolverOptions{.rtol = 1e-10});
        std::vector<double> v = matrices::random_vector(40, seed + 1);
        for (double& x : v) x *= size;  // a vector of any length
        double before = 0.0;
        for (int step = 0; step < 400; ++step) {
            NormFromVector found = norm_from_vector(A, v);
            CHECK(found.lower.grade == Grade::proved);
            CHECK(found.lower.value >= before * (1.0 - 1e-12));
            CHECK(found.lower.value <= sigma.upper.value);
            before = found.lower.value;
            v = std::move(found.next);
        }
        CHECK(before == doctest::Approx(sigma.value).epsilon(1e-4));
    }
    const auto W = matrices::random_csr<double, std::int32_t>(6, 6, 0.5, seed);
    const linear_map A = sparse_operator(W.view());
    CHECK_THROWS_AS((void)norm_from_vector(A, std::vector<double>(6, 0.0)), std::invalid_argument);
    CHECK_THROWS_AS((void)norm_from_vector(A, std::vector<double>(5, 1.0)), std::invalid_argument);
}

TEST_CASE("products with the whole of |W| bracket rho(|W|), irreducible or not") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (const double density : {0.02, 0.1, 0.6}) {
        const auto W = matrices::random_csr<double, std::int32_t>(40, 40, density, seed);
        const linear_map A = sparse_operator(W.view());
        const double rho = perron_radius_by_decomposition(W);
        SolverOptions options;
        options.max_matvecs = 3;
        std::vector<double> start;
        for (int call = 0; call < 5; ++call) {
            options.start = start;
            const Bracket b = perron_radius_of_whole(A, options);
            // Eigenvalues of a nilpotent or nearly defective |W| have an error of the root of the rounding.
            CHECK(b.lower.value <= rho * (1.0 + 1e-9) + 1e-7);
            CHECK(b.upper.value >= rho * (1.0 - 1e-9) - 1e-7);
            CHECK(b.upper.grade == Grade::proved);
            CHECK(b.matvecs <= 3);
            start.clear();
            for (const auto& x : b.vector) start.push_back(x.real());
        }
    }
}
