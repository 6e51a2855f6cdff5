// Normal matrices: rho = ||W||_2 = mu_D, with the bounds of the norm.
#include "proved_brackets.hpp"
#include "symmetric_matrices.hpp"

#include <rhochain/rhochain.hpp>

#include "spectra/structure/circulant.hpp"
#include "spectra/structure/gram_interval.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <random>

using namespace rhochain;
using matrices::dense_norm;
using matrices::dense_radius;
using matrices::random_symmetric;
using matrices::sparse;

namespace {

// A product of Householder reflections, dense.
std::vector<double> orthogonal(std::int64_t n, double factor, unsigned seed) {
    const auto order = static_cast<std::size_t>(n);
    std::vector<double> Q(order * order, 0.0);
    for (std::size_t i = 0; i < order; ++i) Q[i * order + i] = factor;
    for (unsigned k = 0; k < 3; ++k) {
        const auto u = matrices::random_vector(n, 10 * seed + k);
        const double square = std::inner_product(u.begin(), u.end(), u.begin(), 0.0);
        for (std::size_t i = 0; i < order; ++i) {
            double along = 0.0;
            for (std::size_t j = 0; j < order; ++j) along += Q[i * order + j] * u[j];
            for (std::size_t j = 0; j < order; ++j) Q[i * order + j] -= 2.0 * along / square * u[j];
        }
    }
    return Q;
}

// A permutation of blocks of two that rotate: sparse, orthogonal.
csr<double, std::int32_t> rotations(std::int64_t n, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::vector<std::int32_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), generator);
    csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double angle = 0.3 + 0.01 * static_cast<double>(i / 2 % 97);
        const std::size_t pair = i ^ 1U;
        std::vector<std::pair<std::int32_t, double>> row{
            {order[i], std::cos(angle)}, {order[pair], i % 2 == 0 ? std::sin(angle) : -std::sin(angle)}};
        std::sort(row.begin(), row.end());
        for (const auto& [j, w] : row) {
            W.indices.push_back(j);
            W.values.push_back(w);
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    return W;
}

void check_eigenvector(const linear_map& W, const Bracket& b) {
    REQUIRE(!b.vector.empty());
    const Eigenpair pair = check_eigenpair(W, b.vector);
    CHECK(pair.residual.value <= b.residual * (1.0 + 1e-6) + 1e-12 * b.value);
    CHECK(std::abs(pair.theta) == doctest::Approx(b.value).epsilon(2e-3));
}

}  // namespace

TEST_CASE("multiples of orthogonal matrices: all moduli between two PROVED ends, in hardly any product") {
    for (unsigned seed = 0; seed < 12; ++seed) {
        const std::int64_t n = 3 + 11 * seed;
        for (const double factor : {1.0, -3.0, 1e-200, 1e150}) {
            CAPTURE(n);
            CAPTURE(factor);
            const auto Q = orthogonal(n, factor, seed);
            const dense_view<double> view{n, n, Q};
            for (const auto layout : {dense_layout::row_major, dense_layout::column_major}) {
                const dense_operator<double> A(view, layout);
                const double truth = std::abs(factor);
                check_proved(spectral_norm(A), truth, 1e-10);
                check_proved(spectral_radius(A), truth, 1e-10);
                check_proved(scaled_norm(A).bracket, truth, 1e-10);
                CHECK(spectral_norm(A).matvecs < 12);
                if (n > 40) CHECK(spectral_radius(A).matvecs < 12);
            }
        }
    }
    const auto R = rotations(20'000, 4);
    check_proved(spectral_norm(R.view()), 1.0, 1e-10);
    check_proved(spectral_radius(R.view()), 1.0, 1e-10);
}

TEST_CASE("the interval holds all singular values of matrices near an orthogonal one, or there is none") {
    int found = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::int64_t n = 5 + seed;
        for (const double size : {1e-14, 1e-11, 1e-9, 1e-6, 1e-2}) {
            auto Q = orthogonal(n, 1.0, seed);
            const auto change = matrices::random_vector(n * n, seed + 700);
            for (std::size_t k = 0; k < Q.size(); ++k) Q[k] += size * change[k];
            const dense_view<double> view{n, n, Q};
            const auto interval = gram_interval(dense_operator<double>(view));
            if (size >= 1e-6) CHECK(!interval);
            if (!interval) continue;
            ++found;
            const double most = dense_norm(Q, n);
            CHECK(interval->upper >= most * (1.0 - 1e-13));
            CHECK(interval->lower <= most * (1.0 + 1e-13));
            CHECK(interval->upper - interval->lower <= 1e-7);
            CHECK(interval->lower <= dense_radius(Q, n) * (1.0 + 1e-13));
        }
    }
    CHECK(found > 40);
    // Rows of one length that are not orthogonal.
    const std::vector<double> parallel{0.6, 0.8, 0.6, 0.8};
    CHECK(!gram_interval(dense_operator<double>(dense_view<double>{2, 2, parallel})));
    const std::vector<double> zero(9, 0.0);
    CHECK(!gram_interval(dense_operator<double>(dense_view<double>{3, 3, zero})));
}

TEST_CASE("circulant: rho = sigma_1 = mu_D = max |fft(c)|, with an eigenvector; one entry ends it") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        const std::int64_t n = 50 + 37 * seed;
        std::vector<std::pair<std::int64_t, double>> c;
        const auto values = matrices::random_vector(6, seed + 40);
        const std::vector<std::int64_t> offsets{0, 1, 3, -2, 7, -11};
        for (std::size_t k = 0; k < offsets.size(); ++k) c.emplace_back(offsets[k], values[k]);
        auto W = matrices::bands(n, c, true);
        double truth = 0.0;
        for (std::int64_t m = 0; m < n; ++m) {
            std::complex<double> sum = 0.0;
            for (const auto& [offset, value] : c)
                sum += value * std::polar(1.0, 2.0 * std::numbers::pi * static_cast<double>(m * offset) /
                                                   static_cast<double>(n));
            truth = std::max(truth, std::abs(sum));
        }
        CHECK(is_circulant({W.view()}));
        for (const Bracket& b : {spectral_radius(W.view()), scaled_norm(W.view()).bracket}) {
            CHECK(b.lower.grade == Grade::proved);
            CHECK(b.lower.value <= truth * (1.0 + 1e-12));
            CHECK(b.lower.value >= truth * 0.999);
            CHECK(b.upper.value >= truth * (1.0 - 1e-12));
            CHECK(b.upper.value <= truth * 1.001);
        }
        const Bracket rho = spectral_radius(W.view());
        if (!rho.vector.empty()) check_eigenvector(W.view(), rho);
        W.values[9] *= 1.001;
        CHECK(!is_circulant({W.view()}));
    }
}

TEST_CASE("c I + K with a skew K: an eigenvector and rho = sqrt(c^2 + ||K||^2)") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        const std::int64_t n = 121 + 4 * seed;
        auto K = random_symmetric(n, 0.3, -1.0, seed);
        const double k = dense_norm(K, n);
        const double c = 0.5 * static_cast<double>(seed) - 2.0;
        for (std::int64_t i = 0; i < n; ++i) K[static_cast<std::size_t>(i * n + i)] = c;
        const double truth = std::hypot(c, k);
        const auto W = sparse(K, n);
        const Bracket rho = spectral_radius(W.view());
        CHECK(rho.lower.grade == Grade::proved);
        CHECK(rho.lower.value <= truth * (1.0 + 1e-12));
        CHECK(rho.upper.value >= truth * (1.0 - 1e-12));
        CHECK(rho.upper.value - rho.lower.value <= 1e-3 * truth);
        check_eigenvector(W.view(), rho);
        const ScaledNorm m = scaled_norm(W.view());
        CHECK(m.bracket.upper.value - m.bracket.lower.value <= 1e-3 * truth);
        K[0] += 1e-3;
        if (c != 0.0) CHECK(spectral_radius(sparse(K, n).view()).lower.grade != Grade::proved);
    }
}

TEST_CASE("a Krylov space that ends is noticed: low rank") {
    for (unsigned seed = 0; seed < 8; ++seed) {
        const std::int64_t n = 400, rank = 1 + seed % 5;
        const auto U = matrices::random_vector(n * rank, seed + 20), V = matrices::random_vector(n * rank, seed + 60);
        const auto order = static_cast<std::size_t>(n), r = static_cast<std::size_t>(rank);
        std::vector<double> D(order * order, 0.0), core(r * r, 0.0);
        for (std::size_t i = 0; i < order; ++i)
            for (std::size_t k = 0; k < r; ++k) {
                for (std::size_t j = 0; j < order; ++j) D[i * order + j] += U[i * r + k] * V[j * r + k];
                for (std::size_t l = 0; l < r; ++l) core[k * r + l] += V[i * r + k] * U[i * r + l];
            }
        const double truth = dense_radius(core, rank);
        const dense_view<double> view{n, n, D};
        const Bracket b = spectral_radius(dense_operator<double>(view));
        CHECK(b.value == doctest::Approx(truth).epsilon(1e-6));
        CHECK(b.lower.value <= truth);
        CHECK(b.upper.value >= truth * (1.0 - 1e-12));
        CHECK(b.matvecs < 250);
    }
}
