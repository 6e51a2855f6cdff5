#include "matrices.hpp"

#include <doctest/doctest.h>

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/growth/numerical_radius.hpp>
#include "kernels/small_dense.hpp"
#include "spectra/growth/sectors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

using namespace rhochain;

namespace {

// max_t lambda_max(H(t)) over a fine grid, and the largest distance of the true maximum from it: H(t) as the real
// symmetric matrix [[cos S, -sin K], [sin K, cos S]], whose eigenvalues are real and those of H(t) twice.
double radius_on_grid(const csr<double, std::int32_t>& W, int angles) {
    const std::int64_t n = W.n_rows;
    const auto at = [n](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * 2 * n + j); };
    const std::vector<double> dense = matrices::dense(W.view());
    double largest = 0.0;
    for (int k = 0; k <= angles; ++k) {
        const double t = std::numbers::pi * k / angles;
        std::vector<double> H(static_cast<std::size_t>(4 * n * n), 0.0);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                const double a = dense[static_cast<std::size_t>(i * n + j)];
                const double b = dense[static_cast<std::size_t>(j * n + i)];
                const double s = 0.5 * std::cos(t) * (a + b), d = 0.5 * std::sin(t) * (a - b);
                H[at(i, j)] = H[at(i + n, j + n)] = s;
                H[at(i, j + n)] = -d;
                H[at(i + n, j)] = d;
            }
        for (const auto& v : eigen_decompose(H, 2 * n, false).values) largest = std::max(largest, v.real());
    }
    return largest;
}

}  // namespace

TEST_CASE("a sector's bound is the distance of the corner that its two lines make, or the larger line") {
    CHECK(sector_bound(1.0, 1.0, std::numbers::pi / 2) == doctest::Approx(std::sqrt(2.0)));
    CHECK(sector_bound(1.0, 1.0, 2.0) == doctest::Approx(1.0 / std::cos(1.0)));
    // The lines of one point at distance 3 and angle 0: no corner beyond it.
    CHECK(sector_bound(3.0, 3.0 * std::cos(0.3), 0.3) == doctest::Approx(3.0));
    CHECK(sector_bound(3.0, 1.0, 0.3) == doctest::Approx(3.0));
    std::mt19937 gen{std::random_device{}()};
    std::uniform_real_distribution<double> uniform(0.1, 2.0);
    for (int trial = 0; trial < 100; ++trial) {
        // The support function of an ellipse with half axes p and q.
        const double p = uniform(gen), q = uniform(gen), t = uniform(gen), a = 0.5 * uniform(gen);
        const auto h = [&](double s) { return std::hypot(p * std::cos(s), q * std::sin(s)); };
        const double bound = sector_bound(h(t), h(t + a), a);
        for (int k = 0; k <= 20; ++k) CHECK(h(t + a * k / 20) <= bound * (1.0 + 1e-12));
    }
}

TEST_CASE("the bracket holds the numerical radius of random matrices, at any rtol") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    for (int trial = 0; trial < 12; ++trial) {
        const std::int64_t n = std::uniform_int_distribution<int>(1, 14)(gen);
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.5, static_cast<unsigned>(gen()));
        const double low = radius_on_grid(W, 720);
        const double high = low / std::cos(std::numbers::pi / 720);
        for (const double rtol : {1e-2, 1e-3}) {
            const Bracket b = numerical_radius(W.view(), {.rtol = rtol, .seed = gen()});
            CAPTURE(n);
            CHECK(b.upper.value >= low * (1.0 - 1e-12));
            CHECK(b.lower.value <= high * (1.0 + 1e-12));
            CHECK(b.lower.grade == Grade::proved);
            CHECK(b.status == Status::converged);
            CHECK(relative_width(b) <= rtol);
        }
    }
}
