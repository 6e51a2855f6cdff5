// Orthonormal frames, batch means and the numbers drawn from exponents, each against its definition.
#include "gaussian_vector.hpp"
#include "scaled_by_power.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/measures/lyapunov.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include "kernels/vectors/gram.hpp"
#include "krylov/block_qr.hpp"

#include "chains/measures/batch_means.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace rhochain;

namespace {

using real = long double;
constexpr double infinity = std::numeric_limits<double>::infinity();

real inner(const_block X, std::int64_t a, std::int64_t b) {
    real total = 0.0L;
    for (std::int64_t i = 0; i < X.rows; ++i) total += real{X.row(i)[a]} * X.row(i)[b];
    return total;
}

// Largest |Q^T Q - I|, a zero column counting as orthonormal if `diagonal` says so.
double defect(const_block Q, const std::vector<double>& diagonal) {
    real worst = 0.0L;
    for (std::int64_t a = 0; a < Q.columns; ++a)
        for (std::int64_t b = 0; b <= a; ++b) {
            const real expected = a == b && diagonal[static_cast<std::size_t>(a)] > 0.0 ? 1.0L : 0.0L;
            worst = std::max(worst, std::abs(inner(Q, a, b) - expected));
        }
    return static_cast<double>(worst);
}

// n x k whose column c is its predecessor plus 2^-drop times a new direction: R_cc / ||x_c|| is near 2^-drop.
std::vector<double> leaning_columns(std::int64_t n, std::int64_t k, int drop) {
    std::vector<double> x = gaussian_vector(n * k, 3, 1);
    const mutable_block X(x.data(), n, k);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t c = 1; c < k; ++c) X.row(i)[c] = X.row(i)[c - 1] + std::ldexp(X.row(i)[c], -drop);
    return x;
}

}  // namespace

TEST_CASE("a Gram matrix, a division and a projection follow their definitions") {
    for (const std::int64_t n : {1, 3, 1030, 5000})
        for (const std::int64_t k : {1, 2, 5, 17, 40}) {
            std::vector<double> x = gaussian_vector(n * k, 3, 1), G(static_cast<std::size_t>(k * k)), one(G),
                                products(G);
            const mutable_block X(x.data(), n, k);
            gram(as_block(X), G, space(n, 2));
            gram(as_block(X), one, space(n, 1));
            CHECK(G == one);
            column_products(as_block(X), k - 1, {products.data(), static_cast<std::size_t>(k)}, space(n, 2));
            double worst = 0.0;
            for (std::int64_t a = 0; a < k; ++a) {
                for (std::int64_t b = a; b < k; ++b)
                    worst = std::max(
                        worst, std::abs(G[static_cast<std::size_t>(a * k + b)] - static_cast<double>(inner(X, a, b))));
                worst = std::max(
                    worst, std::abs(products[static_cast<std::size_t>(a)] - static_cast<double>(inner(X, a, k - 1))));
            }
            CHECK(worst < 1e-12 * static_cast<double>(n));

            std::vector<double> R(G.size(), 0.0), y(x.size(), 0.0);
            for (std::int64_t a = 0; a < k; ++a)
                for (std::int64_t b = a; b < k; ++b)
                    R[static_cast<std::size_t>(a * k + b)] = a == b ? 2.0 : 1.0 / static_cast<double>(1 + b);
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t a = 0; a < k; ++a)
                    for (std::int64_t b = a; b < k; ++b)
                        y[static_cast<std::size_t>(i * k + b)] += X.row(i)[a] * R[static_cast<std::size_t>(a * k + b)];
            divide_right(as_block(mutable_block(y.data(), n, k)), R, space(n, 2));
            worst = 0.0;
            for (std::size_t p = 0; p < x.size(); ++p) worst = std::max(worst, std::abs(x[p] - y[p]));
            CHECK(worst < 1e-13);
        }
}

TEST_CASE("Q is orthonormal and R the norms that remain, whatever the cancellation") {
    for (const int drop : {0, 10, 20, 23, 30, 38})
        for (const std::int64_t n : {9, 40000}) {
            CAPTURE(drop);
            const std::int64_t k = 6;
            const std::vector<double> x = leaning_columns(n, k, drop);
            std::vector<double> q = x, diagonal(6), whole(36);
            const mutable_block Q(q.data(), n, k);
            const double least = orthonormalise(as_block(Q), diagonal, space(n, 1), whole);
            CHECK(defect(Q, diagonal) < 1e-14 * 6);
            // With h_c = q_c . x_j: R_jj = h_j, and the h_c q_c sum up to x_j.
            double expected_least = 1.0;
            for (std::int64_t j = 0; j < k; ++j) {
                const auto entry = [&](std::int64_t i) { return real{x[static_cast<std::size_t>(i * k + j)]}; };
                std::vector<real> h(static_cast<std::size_t>(k), 0.0L);
                for (std::int64_t i = 0; i < n; ++i)
                    for (std::int64_t c = 0; c <= j; ++c) h[static_cast<std::size_t>(c)] += entry(i) * Q.row(i)[c];
                real norm = 0.0L, remaining = 0.0L;
                for (std::int64_t i = 0; i < n; ++i) {
                    real r = entry(i);
                    norm += r * r;
                    for (std::int64_t c = 0; c <= j; ++c) r -= h[static_cast<std::size_t>(c)] * Q.row(i)[c];
                    remaining += r * r;
                }
                const double R = diagonal[static_cast<std::size_t>(j)];
                CHECK(std::abs(R - h[static_cast<std::size_t>(j)]) < 1e-14L * std::sqrt(norm));
                for (std::int64_t c = 0; c < k; ++c) {
                    const real expected = c <= j ? h[static_cast<std::size_t>(c)] : 0.0L;
                    CHECK(std::abs(whole[static_cast<std::size_t>(c * k + j)] - expected) < 1e-14L * std::sqrt(norm));
                }
                CHECK(remaining < 1e-28L * norm);
                expected_least = std::min(expected_least, R / static_cast<double>(std::sqrt(norm)));
            }
            CHECK(least == doctest::Approx(expected_least).epsilon(1e-3));

            std::vector<double> q2 = x, diagonal2(6);
            orthonormalise(as_block(mutable_block(q2.data(), n, k)), diagonal2, space(n, 2));
            CHECK(q2 == q);
            CHECK(diagonal2 == diagonal);
        }
}

TEST_CASE("dependent and zero columns become zero and leave the others orthonormal") {
    const std::int64_t n = 500, k = 5;
    std::vector<double> x = gaussian_vector(n * k, 3, 1);
    for (std::int64_t i = 0; i < n; ++i) {
        double* row = x.data() + i * k;
        row[1] = 0.0;
        row[3] = 0x1p60 * (row[0] - 2.0 * row[2]);
        row[4] *= 0x1p-60;
    }
    std::vector<double> diagonal(5);
    const mutable_block X(x.data(), n, k);
    orthonormalise(as_block(X), diagonal, space(n, 1));
    CHECK(diagonal[1] == 0.0);
    CHECK(diagonal[3] == 0.0);
    CHECK(inner(X, 3, 3) == 0.0L);
    CHECK(defect(X, diagonal) < 1e-14);
    CHECK(diagonal[4] > 0.0);

    std::vector<double> zero(static_cast<std::size_t>(n * k), 0.0);
    CHECK(orthonormalise(as_block(mutable_block(zero.data(), n, k)), diagonal, space(n, 1)) == 1.0);
    CHECK(diagonal == std::vector<double>(5, 0.0));
}

TEST_CASE("batch means: constant growth has no error, alternating batches have the error of their formula") {
    batch_means constant(2);
    CHECK(std::isnan(constant.means()[0]));
    for (std::int64_t t = 0; t < 5000; ++t)
        constant.add(1 + t % 3, std::vector<double>{0.5 * static_cast<double>(1 + t % 3), -infinity});
    CHECK(constant.steps() == 9999);
    CHECK(constant.batches() == 32);
    CHECK(constant.means()[0] == doctest::Approx(0.5));
    CHECK(constant.errors()[0] < 1e-15);
    CHECK(constant.means()[1] == -infinity);
    CHECK(std::isnan(constant.errors()[1]));

    // 16 batches of one step: +-1 in turn have mean 0, error 1 / sqrt(15), no positive correlation; their sum with
    // their negatives has none.
    batch_means turns(2);
    for (int b = 0; b < 16; ++b) {
        if (b == batch_means::fewest - 1) CHECK(std::isnan(turns.errors()[0]));
        const double y = b % 2 == 0 ? 1.0 : -1.0;
        turns.add(1, std::vector<double>{y, -y});
    }
    CHECK(turns.errors()[0] == doctest::Approx(1.0 / std::sqrt(15.0)));
    CHECK(turns.error_of_sum(std::vector<std::int64_t>{0, 1}) == 0.0);

    // Eight of +1, then eight of -1: of 15 neighbours one pair differs, r = (14 - 1) / 16, the variance as before.
    batch_means halves(1);
    for (int b = 0; b < 16; ++b) halves.add(1, std::vector<double>{b < 8 ? 1.0 : -1.0});
    CHECK(halves.errors()[0] == doctest::Approx(std::sqrt((1.0 + 13.0 / 16) / (1.0 - 13.0 / 16) / 15.0)));
}

TEST_CASE("the history ends at the means and never holds more than 512 records") {
    for (const std::int64_t count : {1, 511, 512, 513, 1400}) {
        batch_means m(1);
        double total = 0.0;
        for (std::int64_t t = 1; t <= count; ++t) {
            m.add(2, std::vector<double>{static_cast<double>(t)});
            total += static_cast<double>(t);
        }
        const auto history = m.history();
        CHECK(history.steps.size() <= 512);
        CHECK(history.steps.size() >= static_cast<std::size_t>(std::min<std::int64_t>(count, 256)));
        CHECK(history.steps.back() == 2 * count);
        CHECK(history.means.back() == doctest::Approx(total / static_cast<double>(2 * count)));
        CHECK(std::is_sorted(history.steps.begin(), history.steps.end()));
        CHECK(m.means()[0] == history.means.back());
    }
}

TEST_CASE("Kaplan and Yorke's dimension") {
    const auto D = [](std::vector<double> exponents, std::int64_t n) { return kaplan_yorke_dimension(exponents, n); };
    CHECK(D({-0.1, -2.0}, 5) == 0.0);
    CHECK(D({0.5, -1.0}, 5) == 1.5);
    CHECK(D({-1.0, 0.5}, 5) == 1.5);
    CHECK(D({0.9, 0.0, -14.57}, 3) == doctest::Approx(2.0 + 0.9 / 14.57));
    CHECK(D({0.5, -infinity}, 2) == 1.0);
    CHECK(D({0.5, -0.5}, 2) == 2.0);
    CHECK(std::isnan(D({0.5, -0.5}, 3)));
    CHECK(std::isnan(D({0.5, std::nan("")}, 2)));
}

TEST_CASE("a power of two in front of the matrix shifts every exponent by it") {
    const std::int64_t n = 5, K = 300;
    const std::vector<double> w = gaussian_vector(n * n, 3, 1), s = gaussian_vector(K * n, 3, 2);
    const dense_operator<double> W({n, n, w}, dense_layout::row_major, 1);
    const slope_source slopes = slope_source::of_slopes(row_source(s.data(), K, n, n));
    const auto spectrum = [&](int exponent) {
        return lyapunov_spectrum(jacobian_chain(scaled_by_power(W, exponent), slopes), n);
    };
    const LyapunovSpectrum plain = spectrum(0);
    for (const int e : {-1000, 7, 1000}) {
        const LyapunovSpectrum shifted = spectrum(e);
        for (std::size_t i = 0; i < 5; ++i)
            CHECK(shifted.exponents[i] - plain.exponents[i] == doctest::Approx(e * std::log(2.0)).epsilon(1e-14));
    }
    CHECK_THROWS_AS(static_cast<void>(lyapunov_spectrum(jacobian_chain(W, slopes), 0)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(lyapunov_spectrum(jacobian_chain(W, slopes), n + 1)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(lyapunov_spectrum(jacobian_chain(W, slopes), 1, {0, K, 0.0})),
                    std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(lyapunov_spectrum(jacobian_chain(W, slopes), 1, {0, 0, -1.0})),
                    std::invalid_argument);
}

TEST_CASE("every state of a spectrum leads to the bits of the unbroken one, and none of another run") {
    const std::int64_t n = 5, K = 900, k = 3;
    const std::vector<double> w = gaussian_vector(n * n, 3, 1), s = gaussian_vector(K * n, 3, 2);
    const dense_operator<double> W({n, n, w}, dense_layout::row_major, 1);
    const jacobian_chain P(W, slope_source::of_slopes(row_source(s.data(), K, n, n)));
    struct kept {
        std::int64_t done;
        std::vector<double> vectors, norms, reals;
        std::vector<std::int64_t> integers;
        [[nodiscard]] chain_state view() const { return {done, {vectors.data(), n, k}, integers, norms, reals}; }
    };
    std::vector<kept> states;
    LyapunovOptions saving;
    saving.saving.save_seconds = 0.0;
    saving.saving.save = [&](const chain_state& x) {
        const auto copy = [](const auto& part) { return std::vector(part.begin(), part.end()); };
        states.push_back({x.done, copy(x.vectors.flat()), copy(x.norms), copy(x.reals), copy(x.integers)});
        return false;
    };
    const LyapunovSpectrum unbroken = lyapunov_spectrum(P, k, saving);
    REQUIRE(states.size() > 60);
    CHECK(states.front().done == 0);
    CHECK(states.back().done == K);
    for (std::size_t i = 0; i < states.size(); i += 7) {
        LyapunovOptions options;
        options.saving.resume = states[i].view();
        const LyapunovSpectrum resumed = lyapunov_spectrum(P, k, options);
        CHECK(resumed.exponents == unbroken.exponents);
        CHECK(resumed.errors == unbroken.errors);
        CHECK(resumed.history == unbroken.history);
        CHECK(resumed.factorizations == unbroken.factorizations);
        CHECK(resumed.cancellation == unbroken.cancellation);
    }
    const auto refused = [&](const auto& spoil) {
        kept spoilt = states[50];
        spoil(spoilt);
        LyapunovOptions options;
        options.saving.resume = spoilt.view();
        CHECK_THROWS_AS(static_cast<void>(lyapunov_spectrum(P, k, options)), std::invalid_argument);
    };
    refused([](kept& x) { x.done = K + 1; });
    refused([](kept& x) { x.integers.resize(2); });
    refused([](kept& x) { x.integers.pop_back(); });
    refused([](kept& x) { x.integers[0] = 0; });
    refused([](kept& x) { x.integers[3] = x.integers[4]; });
    refused([](kept& x) { x.reals.clear(); });
    refused([](kept& x) { x.norms.pop_back(); });
    refused([](kept& x) { x.vectors[3] = std::nan(""); });
    LyapunovOptions other;
    other.saving.resume = states[50].view();
    CHECK_THROWS_AS(static_cast<void>(lyapunov_spectrum(P, k + 1, other)), std::invalid_argument);
}
