// Covariant Lyapunov vectors: eigenvectors of a constant Jacobian, J_t w_i(t) along w_i(t + 1) of any chain.
#include "matrices.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/measures/covariant_vectors.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

using namespace rhochain;

namespace {

using dense_matrix = std::vector<double>;

struct dense_chain {
    std::int64_t n, K;
    dense_matrix W, S;

    [[nodiscard]] CovariantVectors vectors(std::int64_t k, std::int64_t at, std::int64_t until, std::uint64_t seed,
                                           int threads = 1, const chain_progress& progress = {}) const {
        const dense_operator<double> A({n, n, W}, dense_layout::row_major, threads);
        const jacobian_chain P(A, slope_source::of_slopes(row_source(S.data(), K, n, n)));
        return covariant_vectors(P, k, at, until, seed, progress);
    }
    // J_t w for column i of w.
    [[nodiscard]] dense_matrix image(std::int64_t t, const dense_matrix& w, std::int64_t k, std::int64_t i) const {
        dense_matrix y(static_cast<std::size_t>(n), 0.0);
        for (std::int64_t r = 0; r < n; ++r)
            for (std::int64_t c = 0; c < n; ++c)
                y[static_cast<std::size_t>(r)] += W[static_cast<std::size_t>(r * n + c)] *
                                                  S[static_cast<std::size_t>(t * n + c)] *
                                                  w[static_cast<std::size_t>(c * k + i)];
        return y;
    }
};

double sine(const dense_matrix& x, const dense_matrix& w, std::int64_t k, std::int64_t i) {
    double xx = 0.0, ww = 0.0, xw = 0.0, apart = 0.0;
    const auto at = [&](std::size_t r) { return w[r * static_cast<std::size_t>(k) + static_cast<std::size_t>(i)]; };
    for (std::size_t r = 0; r < x.size(); ++r) xx += x[r] * x[r], ww += at(r) * at(r), xw += x[r] * at(r);
    for (std::size_t r = 0; r < x.size(); ++r) {
        const double d = x[r] / std::sqrt(xx) - xw / std::sqrt(xx) / ww * at(r);
        apart += d * d;
    }
    return std::sqrt(apart);
}

}  // namespace

TEST_CASE("of a constant Jacobian they are its eigenvectors") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    constexpr std::int64_t n = 6, k = 4;
    // X diag(3, -2, 1.3, 0.8, 0.5, 0.3) X^-1 with X = I + N, N strictly upper triangular: X^-1 by back substitution.
    const dense_matrix lambda{3.0, -2.0, 1.3, 0.8, 0.5, 0.3};
    dense_matrix X(36, 0.0), inverse(36, 0.0), J(36, 0.0);
    const dense_matrix g = matrices::random_vector(36, seed);
    for (std::size_t a = 0; a < 6; ++a)
        for (std::size_t c = a; c < 6; ++c) X[a * 6 + c] = a == c ? 1.0 : 0.5 * g[a * 6 + c];
    for (std::size_t c = 0; c < 6; ++c)
        for (std::size_t a = c + 1; a-- > 0;) {
            double sum = a == c ? 1.0 : 0.0;
            for (std::size_t b = a + 1; b <= c; ++b) sum -= X[a * 6 + b] * inverse[b * 6 + c];
            inverse[a * 6 + c] = sum;
        }
    for (std::size_t a = 0; a < 6; ++a)
        for (std::size_t c = 0; c < 6; ++c)
            for (std::size_t b = 0; b < 6; ++b) J[a * 6 + c] += X[a * 6 + b] * lambda[b] * inverse[b * 6 + c];
    const dense_chain f{n, 240, J, dense_matrix(240 * 6, 1.0)};
    const CovariantVectors v = f.vectors(k, 120, 240, seed);
    CHECK(v.defined == k);
    CHECK(v.done == 240);
    for (std::int64_t i = 0; i < k; ++i) {
        dense_matrix x(6);
        for (std::size_t r = 0; r < 6; ++r) x[r] = X[r * 6 + static_cast<std::size_t>(i)];
        CHECK(sine(x, v.vectors, k, i) < 1e-9);
        CHECK(v.spread[static_cast<std::size_t>(i)] < 1e-9);
        for (std::int64_t j = 0; j < k; ++j) {
            double product = 0.0;
            for (std::size_t r = 0; r < 6; ++r)
                product +=
                    v.vectors[r * 4 + static_cast<std::size_t>(i)] * v.vectors[r * 4 + static_cast<std::size_t>(j)];
            CHECK(std::abs(product - v.cosines[static_cast<std::size_t>(i * k + j)]) < 1e-13);
        }
        CHECK(v.cosines[static_cast<std::size_t>(i * k + i)] == doctest::Approx(1.0).epsilon(1e-14));
    }
}

TEST_CASE("a step of the chain carries each vector to the same one of the next step") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    constexpr std::int64_t n = 12, K = 400, k = 5;
    dense_chain f{n, K, matrices::random_vector(n * n, seed), matrices::random_vector(K * n, seed + 1)};
    // Bursts part some directions from the others, and some products need other exponents.
    for (std::int64_t t = 0; t < K; t += 37)
        for (std::int64_t c = 0; c < n; ++c) f.S[static_cast<std::size_t>(t * n + c)] *= c % 3 == 0 ? 1e60 : 1e57;
    for (const std::int64_t t : {150, 184, 185, 200}) {
        const CovariantVectors now = f.vectors(k, t, K, 7), next = f.vectors(k, t + 1, K, 7, 2);
        REQUIRE(now.defined == k);
        REQUIRE(next.defined == k);
        for (std::int64_t i = 0; i < k; ++i) CHECK(sine(f.image(t, now.vectors, k, i), next.vectors, k, i) < 1e-6);
    }
}

TEST_CASE("what nothing annihilates, and how far they depend on the end of the walk") {
    constexpr std::int64_t n = 8, K = 60;
    dense_chain f{n, K, matrices::random_vector(n * n, 3), dense_matrix(K * n, 1.0)};
    CHECK(f.vectors(3, 30, 30, 1).spread[2] > 1e-3);
    CHECK(f.vectors(3, 30, 30, 1).spread[0] < 1e-15);
    // Rank 2 from step 40 on.
    for (std::int64_t t = 40; t < K; ++t)
        for (std::int64_t c = 2; c < n; ++c) f.S[static_cast<std::size_t>(t * n + c)] = 0.0;
    const CovariantVectors v = f.vectors(4, 30, K, 1);
    CHECK(v.defined == 2);
    CHECK(std::isfinite(v.vectors[1]));
    CHECK(std::isnan(v.vectors[2]));
    CHECK(std::isnan(v.spread[3]));
    CHECK(std::isnan(v.cosines[3]));
    CHECK(std::isfinite(v.cosines[1]));
    CHECK(f.vectors(4, 30, 40, 1).defined == 4);
    const CovariantVectors stopped =
        f.vectors(4, 30, K, 1, 1, [](std::int64_t done, std::int64_t) { return done == 35; });
    CHECK(stopped.done == 35);
    CHECK(stopped.defined == 0);
    CHECK(f.vectors(4, 30, K, 1).vectors[0] == f.vectors(4, 30, K, 1, 3).vectors[0]);
    CHECK_THROWS_AS(static_cast<void>(f.vectors(0, 1, 2, 1)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(f.vectors(9, 1, 2, 1)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(f.vectors(1, 3, 2, 1)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(f.vectors(1, 3, K + 1, 1)), std::invalid_argument);
}
