#include "matrices.hpp"
#include "scaled_by_power.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/rhochain.hpp>
#include "kernels/small_dense.hpp"

#include "spectra/norm/adjoint_check.hpp"
#include "spectra/norm/lanczos_bound.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

using namespace rhochain;

namespace {

// reach[i][j]: is there a path i -> j of at least one edge? (Warshall)
std::vector<std::vector<bool>> reachability(const std::vector<double>& D, std::size_t n) {
    std::vector<std::vector<bool>> reach(n, std::vector<bool>(n));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) reach[i][j] = D[i * n + j] != 0.0;
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                if (reach[i][k] && reach[k][j]) reach[i][j] = true;
    return reach;
}

// diag(1, 2, ..., n), known by its products alone.
struct counting_operator {
    std::int64_t n;
    [[nodiscard]] std::int64_t rows() const { return n; }
    [[nodiscard]] std::int64_t cols() const { return n; }
    void apply(const_block X, mutable_block Y) const {
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t c = 0; c < X.columns; ++c) Y.row(i)[c] = static_cast<double>(i + 1) * X.row(i)[c];
    }
    void apply_adjoint(const_block X, mutable_block Y) const { apply(X, Y); }
};

// The cyclic shift by one; its adjoint the shift by `back`, which only n - 1 makes right.
struct shift_operator {
    std::int64_t n;
    std::int64_t back;
    [[nodiscard]] std::int64_t rows() const { return n; }
    [[nodiscard]] std::int64_t cols() const { return n; }
    void apply(const_block X, mutable_block Y) const { shift(X, Y, 1); }
    void apply_adjoint(const_block X, mutable_block Y) const { shift(X, Y, back); }

private:
    void shift(const_block X, mutable_block Y, std::int64_t by) const {
        for (std::int64_t i = 0; i < n; ++i) std::copy_n(X.row((i + by) % n), X.columns, Y.row(i));
    }
};

}  // namespace

TEST_CASE("products that are no adjoint pair are refused, <A v, u> = <v, A^T u>") {
    for (const std::int64_t n : {3, 50, 1000}) {
        CHECK(require_adjoint(shift_operator{n, n - 1}, 1) == 2);
        CHECK(spectral_norm(shift_operator{n, n - 1}).value == doctest::Approx(1.0).epsilon(1e-12));
        CHECK_THROWS_WITH_AS((void)require_adjoint(shift_operator{n, 1}, 1), doctest::Contains("not the adjoint"),
                             std::invalid_argument);
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 2.0 / static_cast<double>(n), 5);
        CHECK(require_adjoint(sparse_operator(W.view(), 1), 1) == 0);
    }
}

TEST_CASE("components agree with reachability; labels fall along edges") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const auto W = matrices::random_csr<double, std::int32_t>(12, 12, 0.04 + 0.01 * (seed % 10), seed);
        const auto reach = reachability(matrices::dense(W.view()), 12);
        const auto P = strong_components(W.view());
        std::vector<bool> cyclic(static_cast<std::size_t>(P.count), false);
        for (std::size_t i = 0; i < 12; ++i)
            for (std::size_t j = 0; j < 12; ++j) {
                if (i != j) CHECK((P.labels[i] == P.labels[j]) == (reach[i][j] && reach[j][i]));
                if (reach[i][j]) CHECK(P.labels[j] <= P.labels[i]);
                if (reach[i][i]) cyclic[static_cast<std::size_t>(P.labels[i])] = true;
            }
        std::vector<std::int64_t> expected;
        for (std::int64_t c = 0; c < P.count; ++c)
            if (cyclic[static_cast<std::size_t>(c)]) expected.push_back(c);
        CHECK(P.cyclic == expected);
        CHECK((P.longest_path == -1) == !expected.empty());
    }
}

TEST_CASE("the longest path of an acyclic graph, stored zeros left out") {
    const std::vector<std::int64_t> p{0, 2, 3, 4, 5}, j{1, 2, 3, 3, 0};
    const std::vector<double> w{1.0, 1.0, 1.0, 1.0, 0.0};
    CHECK(strong_components(csr_view<double, std::int64_t>{4, 4, p, j, w}).longest_path == 2);
    CHECK_THROWS_AS((void)strong_components(csr_view<double, std::int64_t>{4, 5, p, j, w}), std::invalid_argument);
}

TEST_CASE("solvers accept any linear operator") {
    const counting_operator A{60};
    const Bracket sigma = spectral_norm(A, {.rtol = 1e-6});
    CHECK(sigma.value == doctest::Approx(60.0).epsilon(1e-6));
    CHECK(sigma.upper.value >= 60.0 * (1.0 - 1e-13));
    CHECK(sigma.upper.grade == Grade::probable);
    CHECK(sigma.lower.grade == Grade::estimate);
    const Bracket rho = spectral_radius(A);
    CHECK(rho.value == doctest::Approx(60.0).epsilon(1e-3));
    CHECK(rho.upper.value >= 60.0);
}

TEST_CASE("both Lanczos bounds lie above sigma_1 wherever the start has the component they assume") {
    // Known b_1: c is set to 1 / |b_1| itself, for which the bounds are deterministic.
    const auto W = matrices::random_csr<double, std::int32_t>(40, 40, 0.3, 7);
    const sparse_operator A(W.view(), 1);
    const Bracket exact = spectral_norm(scaled_by_power(A, 0), {.rtol = 1e-12});
    REQUIRE(exact.status == Status::converged);
    std::vector<double> top(40);
    for (std::size_t i = 0; i < 40; ++i) top[i] = exact.vector[i].real();
    for (unsigned seed = 0; seed < 20; ++seed) {
        const auto start = matrices::random_vector(40, seed);
        const double c = norm2(start) / std::abs(dot(start, top));
        golub_kahan F(A, as_vector(start));
        for (std::size_t k = 1; k <= 20; ++k) {
            F.expand();
            const auto alpha = std::span(F.alpha()).first(k);
            const auto beta = std::span(F.beta());
            const auto ritz = singular_values(alpha, beta.first(k - 1));
            const double general = ritz.front() * std::cosh(std::acosh(c) / static_cast<double>(2 * k - 1));
            CHECK(general >= exact.value * (1.0 - 1e-12));
            CHECK(lanczos_root(ritz, alpha, beta, c) >= exact.value * (1.0 - 1e-12));
        }
    }
}

TEST_CASE("norm bounds enclose sigma_1 and the callback stops a run") {
    const auto W = matrices::random_csr<float, std::int64_t>(50, 30, 0.2, 9);
    const sparse_operator A(W.view(), 1);
    const norm_bounds norms = bound_norms(A);
    const Bracket sigma = spectral_norm(A, {.rtol = 1e-9});
    CHECK(norms.lower.value <= sigma.upper.value);
    CHECK(norms.frobenius >= sigma.lower.value);
    CHECK(norms.one_inf >= sigma.lower.value);
    int calls = 0;
    SolverOptions options;
    options.rtol = 1e-15;
    options.callback = [&calls](const Progress&) { return ++calls == 2; };
    CHECK(spectral_norm(A, options).status == Status::budget_spent);
    CHECK(calls == 2);
}

TEST_CASE("an interrupt that is true once, asked for by a run inside a call, ends the call") {
    int calls = 0;
    SolverOptions options;
    options.interrupt = [&calls] { return ++calls == 1; };
    Ledger outer(options, space(1, 1));
    Ledger inner(outer.inner_options(options, 40), space(1, 1));
    while (!inner.exhausted()) {
    }
    CHECK(inner.matvecs() == 0);
    CHECK(outer.exhausted());
    CHECK(calls == 1);
}

TEST_CASE("a shift by a power of two is exact within the normal range and outwards beyond it") {
    constexpr double largest = std::numeric_limits<double>::max();
    constexpr double least = std::numeric_limits<double>::denorm_min();
    for (const double x : {1.0 / 3.0, 1.0, 1.9999999999999998})
        for (const int e : {-1000, -1, 0, 7, 1000}) {
            CHECK(shifted_up(x, e) == std::ldexp(x, e));
            CHECK(shifted_down(x, e) == std::ldexp(x, e));
        }
    CHECK(shifted_down(1.5, 1024) == largest);
    CHECK(shifted_up(1.5, 1024) == std::numeric_limits<double>::infinity());
    CHECK(shifted_down(1.0, -1080) == 0.0);
    CHECK(shifted_up(1.0, -1080) == least);
    // 1.25 and 1.75 least numbers: the nearest ones are the first below, the second above.
    CHECK(shifted_down(1.25, -1074) == least);
    CHECK(shifted_up(1.25, -1074) == 2.0 * least);
    CHECK(shifted_down(1.75, -1074) == least);
    CHECK(shifted_up(1.75, -1074) == 2.0 * least);
    CHECK(shifted_down(-Bracket::infinity, 5) == -Bracket::infinity);

    Bracket b = exact_bracket(1.75, "by hand");
    rescale_bracket(b, -3);
    CHECK(b.status == Status::converged);
    CHECK(b.lower.value == b.upper.value);
    rescale_bracket(b, -1071);
    CHECK(b.lower.value == least);
    CHECK(b.value == least);
    CHECK(b.upper.value == 2.0 * least);
    CHECK(b.status == Status::bracketed);
}

TEST_CASE("misuse names the option") {
    const counting_operator A{3};
    const std::vector<double> start{1.0, 2.0};
    CHECK_THROWS_WITH_AS((void)spectral_norm(A, {.rtol = 0.0}), doctest::Contains("rtol"), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)spectral_norm(A, {.delta = 1.0}), doctest::Contains("delta"), std::invalid_argument);
    SolverOptions options;
    options.start = start;
    CHECK_THROWS_WITH_AS((void)spectral_radius(A, options), doctest::Contains("start"), std::invalid_argument);
}
