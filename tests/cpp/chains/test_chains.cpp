// Chains against a naive oracle: dense products in long double, one entry at a time.
#include "naive_chain.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include "kernels/vectors/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace rhochain;
using namespace naive_chain;

namespace {

const network kinds[] = {
    {20, 500, convention::pre, 1.0, 0.5},
    {20, 500, convention::post, 1.0, 0.5},
    {20, 500, convention::pre, 0.3, 2.0},
    {20, 500, convention::post, 0.3, 2.0},
    {20, 500, convention::pre, 1.0, 50.0},
    {1, 500, convention::post, 0.7, 3.0},
    network(20, 500, convention::pre, 0.3, 2.0).with_leaks(2),
    network(20, 500, convention::post, 0.3, 2.0).with_leaks(3),
    network(20, 500, convention::pre, 0.3, 2.0).with_linear(4),
    network(20, 500, convention::post, 0.3, 2.0).with_linear(5),
    network(20, 500, convention::pre, 0.3, 2.0).with_leaks(6).with_linear(7),
    network(20, 500, convention::post, 0.3, 2.0).with_leaks(8).with_linear(9),
    network(20, 500, convention::pre, 1.0, 2.0).with_linear(12, 0.4),
    network(20, 500, convention::post, 1.0, 2.0).with_linear(13, 3.0),
    network(20, 500, convention::pre, 0.3, 2.0).with_leaks(14).with_linear(15, 0.7),
    network(20, 500, convention::post, 0.3, 2.0).with_leaks(16).with_linear(17, 0.7),
    network(20, 500, convention::post, 0.3, 1e-250).with_leaks(10).with_linear(11),
};

}  // namespace

TEST_CASE("log norms follow long double over 500 steps") {
    for (const network& N : kinds) {
        CAPTURE(N.n);
        const auto W = N.matrix();
        const jacobian_chain P(W, N.slopes(), N.chain_options());
        const std::vector<double> x = gaussian(N.n, 1);
        for (const bool backward : {false, true}) {
            const ChainResult r = backward ? P.vjp(x) : P.jvp(x);
            const std::vector<double> expected = naive_log_norms(N, x, backward);
            REQUIRE(r.done == N.K);
            REQUIRE(r.log_norms.size() == expected.size());
            double worst = 0.0;
            for (std::size_t j = 0; j < expected.size(); ++j)
                worst = std::max(worst, std::abs(r.log_norms[j] - expected[j]));
            CHECK(worst < 1e-12);
        }
    }
}

TEST_CASE("<P v, g> = <v, P^T g>, exponents included") {
    for (const network& N : kinds) {
        const auto W = N.matrix();
        const jacobian_chain P(W, N.slopes(), N.chain_options());
        const std::vector<double> v = gaussian(N.n, 1), g = gaussian(N.n, 2);
        const ChainResult f = P.jvp(v), b = P.vjp(g);
        const double left = dot(f.mantissas, g), right = dot(v, b.mantissas);
        const auto shift = static_cast<int>(f.exponents[0] - b.exponents[0]);
        CHECK(std::ldexp(left, shift) == doctest::Approx(right).epsilon(1e-13 / std::abs(right)));
    }
}

TEST_CASE("a block is its columns") {
    const network N(20, 50, convention::post, 0.4, 3.0);
    const auto W = N.matrix();
    const jacobian_chain P(W, N.slopes(), N.chain_options());
    constexpr std::int64_t b = 3;
    std::vector<double> X(static_cast<std::size_t>(N.n * b), 0.0);
    std::vector<std::vector<double>> columns;
    for (std::int64_t c = 0; c < b; ++c) {
        columns.push_back(gaussian(N.n, static_cast<std::uint64_t>(c)));
        for (double& x : columns.back()) x = std::ldexp(x, static_cast<int>(-400 * c));
        for (std::int64_t i = 0; i < N.n; ++i)
            X[static_cast<std::size_t>(i * b + c)] = columns.back()[static_cast<std::size_t>(i)];
    }
    const ChainResult block = P.jvp({X.data(), N.n, b});
    for (std::int64_t c = 0; c < b; ++c) {
        const ChainResult one = P.jvp(columns[static_cast<std::size_t>(c)]);
        for (std::int64_t k = 0; k <= N.K; ++k)
            CHECK(block.log_norms[static_cast<std::size_t>(k * b + c)] ==
                  doctest::Approx(one.log_norms[static_cast<std::size_t>(k)]).epsilon(1e-13));
        CHECK(block.exponents[static_cast<std::size_t>(c)] == one.exponents[0]);
    }
}

TEST_CASE("no length and no magnitude under- or overflows") {
    for (const double scale : {1e-250, 1e-3, 1e3, 1e250}) {
        const network N(6, 3000, convention::pre, 1.0, scale);
        const auto W = N.matrix();
        const jacobian_chain P(W, N.slopes(), N.chain_options());
        const std::vector<double> x = gaussian(N.n, 1);
        for (const bool backward : {false, true}) {
            const ChainResult r = backward ? P.vjp(x) : P.jvp(x);
            CHECK(r.log_norms.back() == doctest::Approx(naive_log_norms(N, x, backward).back()).epsilon(1e-12));
        }
    }
}

TEST_CASE("slopes near the ends of the float64 range keep their exponent") {
    network N(6, 40, convention::post, 1.0, 1.0);
    for (double& s : N.S) s *= 1e-290;
    const auto W = N.matrix();
    const jacobian_chain P(W, N.slopes(), N.chain_options());
    const std::vector<double> x = gaussian(N.n, 1);
    CHECK(P.jvp(x).log_norms.back() == doctest::Approx(naive_log_norms(N, x, false).back()).epsilon(1e-13));
}

TEST_CASE("what is exactly zero stays zero") {
    constexpr std::int64_t n = 5;
    network N(n, 8, convention::pre, 1.0, 1.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) N.W[static_cast<std::size_t>(i * n + j)] = j == i + 1 ? 1e-200 : 0.0;
    const auto W = N.matrix();
    const jacobian_chain P(W, N.slopes(), N.chain_options());
    const ChainResult r = P.jvp(gaussian(n, 1));
    CHECK(std::isfinite(r.log_norms[n - 1]));
    CHECK(std::isinf(r.log_norms[n]));
    CHECK(r.exponents[0] == 0);
    const Bracket b = chain_norm(P);
    CHECK(std::isinf(b.value));
    CHECK(b.upper.value == -std::numeric_limits<double>::infinity());
    CHECK(b.upper.grade == Grade::proved);
    CHECK(b.status == Status::converged);
}

TEST_CASE("a chain of no steps is I") {
    const network N(4, 0, convention::pre, 1.0, 1.0);
    const auto W = N.matrix();
    const jacobian_chain P(W, N.slopes(), N.chain_options());
    const std::vector<double> x = gaussian(4, 1);
    const ChainResult r = P.vjp(x);
    REQUIRE(r.log_norms.size() == 1);
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::ldexp(r.mantissas[i], static_cast<int>(r.exponents[0])) == x[i]);
    CHECK(chain_norm(P).value == 0.0);
}

TEST_CASE("the same bits for 1 and 2 threads") {
    for (const convention form : {convention::pre, convention::post}) {
        constexpr std::int64_t n = 20000, K = 6, b = 2;
        csr<double, std::int32_t> A{n, n, {0}, {}, {}};
        std::mt19937_64 engine(3);
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t p = 0; p < 4; ++p) {
                const auto within = static_cast<std::int64_t>(engine() % (n / 4));
                A.indices.push_back(static_cast<std::int32_t>(p * n / 4 + within));
                A.values.push_back(std::uniform_real_distribution<double>(-1.0, 1.0)(engine));
            }
            A.indptr.push_back(static_cast<std::int32_t>(A.indices.size()));
        }
        const std::vector<double> S = gaussian(n * K, 1), X = gaussian(n * b, 2);
        const auto results = [&](int threads) {
            const sparse_operator W(A.view(), threads);
            const jacobian_chain P(W, slope_source::of_slopes(row_source(S.data(), K, n, n)),
                                   {.form = form, .leak = 0.5});
            SolverOptions limits;
            limits.rtol = 0.1;
            limits.max_matvecs = 80;
            const Bracket norm = chain_norm(P, limits);
            return std::tuple(P.jvp({X.data(), n, b}), P.vjp({X.data(), n, b}), norm.value, norm.upper.value);
        };
        const auto [f1, b1, v1, u1] = results(1);
        const auto [f2, b2, v2, u2] = results(2);
        CHECK(f1.mantissas == f2.mantissas);
        CHECK(f1.log_norms == f2.log_norms);
        CHECK(b1.mantissas == b2.mantissas);
        CHECK(v1 == v2);
        CHECK(u1 == u2);
    }
}

TEST_CASE("slopes read in blocks, as floats and backwards are the slopes") {
    const network N(7, 23, convention::pre, 1.0, 1.0);
    const slope_source whole = N.slopes();
    const slope_source fetched = slope_source::of_slopes(
        row_source([&](std::int64_t begin, std::int64_t end, std::int64_t, std::int64_t,
                       double* out) { std::copy(N.S.begin() + begin * N.n, N.S.begin() + end * N.n, out); },
                   N.K, N.n));
    const space S(N.n, 1);
    slope_reader direct(whole, S), blocks(fetched, S, 4 * N.n * 8);
    for (const std::int64_t k : {0L, 1L, 5L, 4L, 3L, 22L, 21L, 20L, 19L, 0L}) {
        const slope_row a = direct.row(k);
        const slope_row b = blocks.row(k);
        CHECK(std::ranges::equal(entries_of(a.s), entries_of(b.s)));
    }
    const row_source reversed(N.S.data() + (N.K - 1) * N.n, N.K, N.n, -N.n);
    const slope_source backwards = slope_source::of_slopes(reversed);
    slope_reader reader(backwards, S);
    CHECK(entries_of(reader.row(0).s)[2] == N.S[static_cast<std::size_t>((N.K - 1) * N.n + 2)]);
}

TEST_CASE("a product that is not a number is no zero vector") {
    struct broken {
        [[nodiscard]] std::int64_t rows() const { return 2; }
        [[nodiscard]] std::int64_t cols() const { return 2; }
        void apply(const_block, mutable_block Y) const {
            Y.data[0] = std::numeric_limits<double>::quiet_NaN();
            Y.data[1] = 0.0;
        }
        void apply_adjoint(const_block X, mutable_block Y) const { apply(X, Y); }
    };
    const broken W;
    const std::vector<double> ones(2, 1.0);
    const jacobian_chain P(W, slope_source::of_slopes(row_source(ones.data(), 1, 2, 2)));
    CHECK_THROWS_AS((void)P.jvp(ones), std::overflow_error);
    CHECK_THROWS_AS((void)P.vjp(ones), std::overflow_error);
}

TEST_CASE("a slope that is not finite names its row") {
    network N(4, 9, convention::pre, 1.0, 1.0);
    N.S[5 * 4 + 2] = std::numeric_limits<double>::quiet_NaN();
    const auto W = N.matrix();
    const jacobian_chain P(W, N.slopes(), N.chain_options());
    CHECK_THROWS_WITH_AS(static_cast<void>(P.jvp(gaussian(4, 1))),
                         "slopes: got nan at row 5, column 2, expected a finite number", std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(P.jvp(gaussian(3, 1))), std::invalid_argument);
    CHECK_THROWS_AS(jacobian_chain(W, N.slopes(), {.leak = 0.0}), std::invalid_argument);
}
