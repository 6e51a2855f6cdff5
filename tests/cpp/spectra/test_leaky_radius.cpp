#include "matrices.hpp"

#include <doctest/doctest.h>

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include "kernels/small_dense.hpp"
#include "operators/leaky_operator.hpp"

#include <cmath>
#include <random>
#include <vector>

using namespace rhochain;

namespace {

// I - D + D W, dense.
std::vector<double> leaky_dense(const csr<double, std::int32_t>& W, const std::vector<double>& leak) {
    std::vector<double> J = matrices::dense(W.view());
    const auto n = static_cast<std::size_t>(W.n_rows);
    for (std::size_t i = 0; i < n; ++i) {
        const double a = leak.size() == 1 ? leak[0] : leak[i];
        for (std::size_t j = 0; j < n; ++j) J[i * n + j] = a * J[i * n + j] + (i == j ? 1.0 - a : 0.0);
    }
    return J;
}

}  // namespace

TEST_CASE("the leaky operator and its adjoint: <J x, y> = <x, J^T y>, and J x entry by entry") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    std::uniform_real_distribution<double> uniform(0.05, 1.0);
    const std::int64_t n = 23;
    const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.3, seed);
    std::vector<double> leak;
    for (std::int64_t i = 0; i < n; ++i) leak.push_back(uniform(gen));
    for (const std::vector<double>& a : {leak, std::vector<double>{0.3}}) {
        const leaky_operator J(linear_map(W.view()).with(1), a, 0);
        const std::vector<double> D = leaky_dense(W, a);
        const std::vector<double> x = matrices::random_vector(n, seed + 1), y = matrices::random_vector(n, seed + 2);
        std::vector<double> u(x.size()), v(x.size());
        J.apply(as_vector(x), as_vector(u));
        J.apply_adjoint(as_vector(y), as_vector(v));
        CHECK(dot(u, y) == doctest::Approx(dot(x, v)));
        for (std::size_t i = 0; i < x.size(); ++i) {
            double wanted = 0.0;
            for (std::size_t j = 0; j < x.size(); ++j) wanted += D[i * x.size() + j] * x[j];
            CHECK(u[i] == doctest::Approx(wanted));
        }
    }
}

TEST_CASE("the leaky radius is that of the dense Jacobian, one leak or one for each neuron; graded bounds hold") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    std::uniform_real_distribution<double> uniform(0.05, 1.0);
    for (const std::int64_t n : {1, 2, 9, 60, 150}) {
        auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.5, static_cast<unsigned>(gen()));
        if (W.values.empty()) continue;
        std::vector<double> leak;
        for (std::int64_t i = 0; i < n; ++i) leak.push_back(uniform(gen));
        for (const std::vector<double>& a : {leak, std::vector<double>{uniform(gen)}}) {
            const double gain = 4.0 * uniform(gen);
            auto scaled = W;
            for (double& w : scaled.values) w *= gain;
            const double rho = std::abs(eigen_decompose(leaky_dense(scaled, a), n, false).values.front());
            const Bracket b = leaky_radius(W.view(), a, {.delta = 1e-9, .seed = gen()}, gain);
            CAPTURE(gain);
            CAPTURE(n);
            CAPTURE(rho);
            CHECK(b.value == doctest::Approx(rho).epsilon(2e-3));
            CHECK(graded_lower(b).value <= rho * (1.0 + 1e-12));
            CHECK(graded_upper(b).value >= rho * (1.0 - 1e-12));
        }
    }
}

TEST_CASE("for W >= 0 both ends of the leaky radius are PROVED: (1 - a) + a rho(W)") {
    auto W = matrices::iid<double>(500, 8, std::random_device{}());
    for (double& w : W.values) w = std::abs(w);
    const Bracket rho = spectral_radius(W.view(), {.rtol = 1e-6});
    const double a = 0.2;
    const Bracket b = leaky_radius(W.view(), {&a, 1}, {.rtol = 1e-5});
    CHECK(b.lower.grade == Grade::proved);
    CHECK(b.upper.grade == Grade::proved);
    CHECK(b.value == doctest::Approx(0.8 + 0.2 * rho.value).epsilon(2e-5));
    CHECK(relative_width(b) <= 1e-5);
}

TEST_CASE("a leak outside (0, 1] or of another length is refused") {
    const auto W = matrices::random_csr<double, std::int32_t>(4, 4, 1.0, 1);
    for (const std::vector<double>& a :
         {std::vector<double>{0.0}, {1.5}, {-0.1}, {std::nan("")}, {0.5, 0.5}, {0.5, 0.5, 0.5, 2.0}})
        CHECK_THROWS_AS(static_cast<void>(leaky_radius(W.view(), a)), std::invalid_argument);
    const double half = 0.5;
    for (const double gain : {0.0, -1.0, std::nan("")})
        CHECK_THROWS_AS(static_cast<void>(leaky_radius(W.view(), {&half, 1}, {}, gain)), std::invalid_argument);
}
