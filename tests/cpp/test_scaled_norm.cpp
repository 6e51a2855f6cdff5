#include "matrices.hpp"

#include <rhochain/kernels/small_dense.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/adjoint_operator.hpp>
#include <rhochain/operators/similarity.hpp>
#include <rhochain/rhochain.hpp>
#include <rhochain/spectra/chebyshev_bound.hpp>
#include <rhochain/spectra/scaling_dual.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace rhochain;

namespace {

// ||M||_2 of a row-major n x n matrix, by Golub-Kahan until its space is exhausted.
double norm_of(const std::vector<double>& M, std::int64_t n) {
    const dense_view<double> view{n, n, M};
    const dense_operator<double> A(view);
    golub_kahan F(A, matrices::random_vector(n, 99), 1);
    while (!F.invariant()) F.expand();
    return singular_values(F.alpha(), F.beta()).front();
}

std::vector<double> scaled_dense(const std::vector<double>& W, const std::vector<double>& d) {
    std::vector<double> B = W;
    const std::size_t n = d.size();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) B[i * n + j] *= std::exp(d[i] - d[j]);
    return B;
}

}  // namespace

TEST_CASE("similarity is D A D^-1, and its adjoint the transpose: <B x, y> = <x, B^T y>") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        constexpr std::int64_t n = 9, b = 3;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.4, seed);
        const auto view = W.view();
        const sparse_operator A(view, 1);
        const auto d = matrices::random_vector(n, seed + 100);
        const similarity B(A, d, 1);
        const auto dense = scaled_dense(matrices::dense(view), d);
        const auto X = matrices::random_vector(n * b, seed + 200);
        const auto Y = matrices::random_vector(n * b, seed + 300);
        std::vector<double> BX(X.size()), BtY(X.size());
        B.apply(const_block(X.data(), n, b), mutable_block(BX.data(), n, b));
        B.apply_adjoint(const_block(Y.data(), n, b), mutable_block(BtY.data(), n, b));
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t c = 0; c < b; ++c) {
                double expected = 0.0;
                for (std::size_t j = 0; j < n; ++j) expected += dense[i * n + j] * X[j * b + c];
                CHECK(BX[i * b + c] == doctest::Approx(expected).epsilon(1e-12));
            }
        double left = 0.0, right = 0.0;
        for (std::size_t k = 0; k < X.size(); ++k) {
            left += BX[k] * Y[k];
            right += X[k] * BtY[k];
        }
        CHECK(left == doctest::Approx(right).epsilon(1e-12));
        const adjoint_operator At(A);
        std::vector<double> twice(X.size());
        At.apply_adjoint(const_block(X.data(), n, b), mutable_block(twice.data(), n, b));
        A.apply(const_block(X.data(), n, b), mutable_block(BX.data(), n, b));
        CHECK(twice == BX);
    }
}

TEST_CASE("the Chebyshev bound lies above sigma_1, and within its accuracy for a sharp guess") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::int64_t n = 5 + seed;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.5, seed);
        const auto view = W.view();
        const sparse_operator A(view, 1);
        const double truth = norm_of(matrices::dense(view), n);
        SolverOptions options;
        options.seed = seed;
        for (const double factor : {1e-3, 0.5, 0.99, 1.0, 1.05}) {
            Ledger ledger(options);
            chebyshev_probe probe;
            probe.guess = factor * truth;
            probe.accuracy = 1e-2;
            const Bound bound = chebyshev_upper_bound(A, {}, probe, options, ledger);
            CHECK(bound.value >= truth);
            CHECK(bound.grade == Grade::probable);
            if (factor >= 1.0) CHECK(bound.value <= truth * factor * 1.015);
            if (factor == 0.99) CHECK(bound.value <= truth * 1.03);
            CHECK(ledger.matvecs() == 2 * probe.probes * chebyshev_steps(n, probe.probes, probe.delta, probe.accuracy));
        }
    }
}

TEST_CASE("a run that the budget ends before its last step bounds nothing") {
    const auto W = matrices::random_csr<double, std::int32_t>(20, 20, 0.5, 1);
    const auto view = W.view();
    const sparse_operator A(view, 1);
    SolverOptions options;
    options.max_matvecs = 10;
    Ledger ledger(options);
    CHECK(std::isinf(chebyshev_upper_bound(A, {}, {}, options, ledger).value));
}

TEST_CASE("any block V bounds mu_D from below: no random scaling has a smaller norm") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        constexpr std::int64_t n = 10, b = 4;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.6, seed);
        const auto view = W.view();
        const sparse_operator A(view, 1);
        const irreducible_block block{A, {}, n, false, false};
        SolverOptions options;
        Ledger ledger(options);
        auto V = matrices::random_vector(n * b, seed + 50);
        const Bound lower = lift_lower_bound(block, mutable_block(V.data(), n, b), 0.5, 30, 1, ledger);
        CHECK(lower.grade == Grade::proved);
        for (unsigned trial = 0; trial < 10; ++trial) {
            const auto d = matrices::random_vector(n, 1000 + 10 * seed + trial);
            CHECK(lower.value <= norm_of(scaled_dense(matrices::dense(view), d), n) * (1.0 + 1e-12));
        }
    }
}

TEST_CASE("scaled_norm brackets, and the scaling it returns attains what it says") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        constexpr std::int64_t n = 15;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.3, seed);
        const ScaledNorm m = scaled_norm(W.view());
        const double reached = norm_of(scaled_dense(matrices::dense(W.view()), m.scaling), n);
        CHECK(m.bracket.lower.value <= reached * (1.0 + 1e-12));
        CHECK(reached <= m.attained.value * (1.0 + 1e-12));
        CHECK(m.bracket.upper.value <= m.attained.value);
    }
}

TEST_CASE("a component that is skipped, with three successors of a vertex, is no cycle") {
    // {0, 1, 2, 3}: small and dense, left out by its row sums beside the self-loop of 4.
    std::vector<double> W(25, 0.0);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            if (i != j) W[5 * i + j] = (i + j) % 2 == 0 ? 0.1 : -0.1;
    W[24] = 3.0;
    const dense_view<double> view{5, 5, W};
    const dense_operator<double> A(view);
    const ScaledNorm m = scaled_norm(A);
    CHECK(m.bracket.value == 3.0);
    CHECK(norm_of(scaled_dense(W, m.scaling), 5) <= m.attained.value);
}

TEST_CASE("a Chebyshev bound far from 1 stays a bound, and one of numbers out of range is none") {
    const SolverOptions options;
    for (const int exponent : {-900, -600, 600, 900}) {
        const csr<double, std::int32_t> W{2, 2, {0, 1, 2}, {0, 1}, {std::ldexp(1.0, exponent), std::ldexp(0.5, exponent)}};
        const auto view = W.view();
        const sparse_operator A(view, 1);
        for (const double factor : {0.5, 1.0}) {
            Ledger ledger(options);
            chebyshev_probe probe;
            probe.guess = std::ldexp(factor, exponent);
            const Bound bound = chebyshev_upper_bound(A, {}, probe, options, ledger);
            CHECK(bound.value >= std::ldexp(1.0, exponent));
            CHECK(bound.value <= std::ldexp(1.1, exponent));
        }
    }
    const csr<double, std::int32_t> zero{2, 2, {0, 0, 0}, {}, {}};
    const auto view = zero.view();
    Ledger ledger(options);
    chebyshev_probe probe;
    probe.guess = 5e-324;
    CHECK(std::isinf(chebyshev_upper_bound(sparse_operator(view, 1), {}, probe, options, ledger).value));
}
