// Dale's theorem: W = S1 |W| S2 has sigma_1(W) = sigma_1(|W|) and mu_D(W) = rho(|W|).
#include "dense_matrices.hpp"
#include "matrices.hpp"
#include "proved_brackets.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/rhochain.hpp>

#include "operators/entry_image.hpp"
#include "operators/normal_operator.hpp"
#include "spectra/norm/positive_resolvent.hpp"
#include "spectra/structure/sign_factors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace rhochain;
using matrices::absolute;
using matrices::dense_norm;
using matrices::dense_radius;

namespace {

using matrix = csr<double, std::int32_t>;

std::vector<double> signs(std::int64_t n, unsigned seed) {
    std::vector<double> s = matrices::random_vector(n, seed);
    for (double& x : s) x = x < 0.0 ? -1.0 : 1.0;
    return s;
}

// S1 |W| S2
template <class Matrix>
Matrix with_signs(Matrix W, const std::vector<double>& left, const std::vector<double>& right) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(W.n_rows); ++i)
        for (auto p = static_cast<std::size_t>(W.indptr[i]); p < static_cast<std::size_t>(W.indptr[i + 1]); ++p)
            W.values[p] = static_cast<decltype(+W.values[p])>(std::abs(W.values[p]) * left[i] *
                                                              right[static_cast<std::size_t>(W.indices[p])]);
    return W;
}

// Whether some of the 2^(rows + cols) pairs of signs give W.
bool factorizes_by_trial(const std::vector<double>& D, std::int64_t rows, std::int64_t cols) {
    for (unsigned left = 0; left < 1U << rows; ++left)
        for (unsigned right = 0; right < 1U << cols; ++right) {
            bool equal = true;
            for (std::int64_t i = 0; i < rows; ++i)
                for (std::int64_t j = 0; j < cols; ++j) {
                    const bool negative = ((left >> i) ^ (right >> j)) & 1U;
                    const double w = D[static_cast<std::size_t>(i * cols + j)];
                    equal = equal && (w == 0.0 || (w < 0.0) == negative);
                }
            if (equal) return true;
        }
    return false;
}

}  // namespace

TEST_CASE("the colouring finds signs exactly where some exist") {
    int found[2] = {0, 0};
    for (unsigned seed = 0; seed < 3000; ++seed) {
        const std::int64_t rows = 1 + seed % 5, cols = 1 + seed / 5 % 4;
        const auto W = matrices::random_csr<double, std::int32_t>(rows, cols, 0.3 + 0.1 * (seed % 4), seed);
        const auto view = W.view();
        const bool expected = factorizes_by_trial(matrices::dense(view), rows, cols);
        CHECK(signs_factorize({view}) == expected);
        CHECK(signs_of(view).factorizes == expected);
        const auto T = transpose(view);
        CHECK(signs_factorize({T.view()}) == expected);
        const std::vector<double> D = matrices::dense(view);
        const dense_view<double> dense{rows, cols, D};
        CHECK(signs_of(dense_operator<double>(dense)).factorizes == expected);
        ++found[expected ? 1 : 0];
    }
    CHECK(found[0] > 300);
    CHECK(found[1] > 300);
}

TEST_CASE("sigma_1(W) = sigma_1(|W|) and mu_D(W) = rho(|W|), both PROVED, whatever the signs of rows and columns") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        const std::int64_t n = 1 + seed;
        const auto magnitudes = matrices::random_csr<double, std::int32_t>(n, n, 0.3, seed);
        const auto W = with_signs(magnitudes, signs(n, 2 * seed + 1000), signs(n, 2 * seed + 1001));
        const auto view = W.view();
        const auto D = absolute(matrices::dense(view));
        CAPTURE(seed);
        const double norm = dense_norm(D, n, n);
        if (norm > 0.0) check_proved(spectral_norm(view), norm, 1e-3);
        const double radius = dense_radius(D, n);
        const ScaledNorm m = scaled_norm(view);
        if (strong_components(view).cyclic.empty()) {
            CHECK(m.bracket.upper.value == 0.0);
            continue;
        }
        check_proved(m.bracket, radius, 1e-3);
        CHECK(m.attained.grade == Grade::proved);
        auto B = matrices::dense(view);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
            for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j)
                B[i * static_cast<std::size_t>(n) + j] *= std::exp(m.scaling[i] - m.scaling[j]);
        CHECK(dense_norm(B, n, n) <= m.attained.value * (1.0 + 1e-12));
    }
}

TEST_CASE("rectangular W, zero rows, explicit zeros, W = 0 and one entry") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::int64_t rows = 3 + seed, cols = 40 - seed;
        const auto W = with_signs(matrices::random_csr<double, std::int32_t>(rows, cols, 0.1, seed),
                                  signs(rows, seed + 50), signs(cols, seed + 90));
        const double norm = dense_norm(matrices::dense(W.view()), rows, cols);
        if (norm > 0.0) check_proved(spectral_norm(W.view()), norm, 1e-3);
        CHECK(!signs_of(W.view()).factorizes_in_components);
    }
    // A stored zero has no sign: without it the entry 2 would close an odd cycle.
    const matrix zeros{2, 2, {0, 2, 4}, {0, 1, 0, 1}, {-3.0, 0.0, 1.0, 2.0}};
    CHECK(signs_of(zeros.view()).factorizes);
    const matrix negative_zero{2, 2, {0, 2, 4}, {0, 1, 0, 1}, {-3.0, -0.0, 1.0, 2.0}};
    CHECK(signs_of(negative_zero.view()).factorizes);
    CHECK(signs_of(negative_zero.view()).columns.lines == std::vector<std::int64_t>{0});
    const matrix odd{2, 2, {0, 2, 4}, {0, 1, 0, 1}, {-3.0, 1.0, 1.0, 2.0}};
    CHECK(!signs_of(odd.view()).factorizes);
    const matrix nothing{3, 3, {0, 0, 1, 1}, {2}, {0.0}};
    CHECK(signs_of(nothing.view()).factorizes);
    CHECK(spectral_norm(nothing.view()).upper.value == 0.0);
    const matrix one{1, 1, {0, 1}, {0}, {-2.5}};
    CHECK(signs_of(one.view()).factorizes);
    check_proved(spectral_norm(one.view()), 2.5, 1e-12);
    check_proved(scaled_norm(one.view()).bracket, 2.5, 1e-11);
    const matrix empty{0, 0, {0}, {}, {}};
    CHECK(signs_of(empty.view()).factorizes);
}

TEST_CASE("signs need to factorize within components alone for mu_D, and in all of W for sigma_1") {
    // Two components of three vertices each with signs of their own; the entries between them close odd cycles.
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::vector<double> D(36, 0.0);
        const auto magnitudes = matrices::random_vector(36, seed);
        const auto left = signs(6, seed + 100), right = signs(6, seed + 200);
        for (std::size_t i = 0; i < 6; ++i)
            for (std::size_t j = i / 3 * 3; j < 6; ++j) {
                const double between = j / 3 > i / 3 && (i + j) % 2 == 0 ? -1.0 : 1.0;
                D[6 * i + j] = (0.1 + std::abs(magnitudes[6 * i + j])) * left[i] * right[j] * between;
            }
        const dense_view<double> view{6, 6, D};
        const dense_operator<double> A(view);
        const sign_structure s = signs_of(A);
        CHECK(!s.factorizes);
        CHECK(s.factorizes_in_components);
        check_proved(scaled_norm(A).bracket, dense_radius(absolute(D), 6), 1e-3);
        CHECK(spectral_norm(A).upper.value < 0.999 * dense_norm(absolute(D), 6, 6));
        CHECK(spectral_norm(A).upper.value >= dense_norm(D, 6, 6) * (1.0 - 1e-12));
    }
}

TEST_CASE("one wrong sign ends it, and is found as the minority of its column and row") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        constexpr std::int64_t n = 60;
        auto W = with_signs(matrices::random_csr<double, std::int32_t>(n, n, 0.3, seed), signs(n, 900), signs(n, 901));
        for (std::size_t p = 0; p < W.values.size(); ++p) {
            const bool inhibitory = W.indices[p] % 3 == 0;
            W.values[p] = std::abs(W.values[p]) * (inhibitory ? -1.0 : 1.0);
        }
        const auto view = W.view();
        CHECK(signs_of(view).columns.lines.empty());
        CHECK(signs_of(view).rows.lines.size() == n);
        const std::size_t wrong = 17 + 31 * seed;
        W.values[wrong] = std::copysign(3.0, -W.values[wrong]);
        const sign_structure s = signs_of(view);
        CHECK(!s.factorizes);
        CHECK(s.columns.lines == std::vector<std::int64_t>{W.indices[wrong]});
        CHECK(s.columns.minority == std::vector<std::int64_t>{1});
        const auto T = transpose(view);
        CHECK(signs_of(T.view()).rows.lines == s.columns.lines);
        const std::vector<double> D = matrices::dense(view);
        const dense_view<double> column_major{n, n, D};
        const dense_operator<double> transposed(column_major, dense_layout::column_major);
        CHECK(signs_of(transposed).rows.lines == s.columns.lines);
        CHECK(signs_of(transposed).columns.lines == s.rows.lines);
        // The norms of W are not those of |W|.
        const double modulus = dense_norm(absolute(D), n, n);
        const Bracket norm = spectral_norm(view, {.rtol = 1e-6});
        CHECK(norm.lower.value < modulus * (1.0 - 1e-5));
        const ScaledNorm m = scaled_norm(view);
        CHECK(m.bracket.lower.value < dense_radius(absolute(D), n));
    }
}

TEST_CASE("both ends of sigma_1 meet where the singular vector has entries of any size and no gap") {
    // A chain with two bands, whose singular vectors are waves, and one with weights that localise them.
    for (const double spread : {0.0, 3.0}) {
        constexpr std::int64_t n = 400;
        matrix W = matrices::bands(n, {{-1, 1.0}, {1, 2.0}}, false);
        const auto weights = matrices::random_vector(n, 8);
        for (std::size_t p = 0; p < W.values.size(); ++p)
            W.values[p] *= std::exp(spread * weights[static_cast<std::size_t>(W.indices[p])]);
        W = with_signs(W, signs(n, 1), signs(n, 2));
        const double truth = dense_norm(matrices::dense(W.view()), n, n);
        for (const double rtol : {1e-2, 1e-4, 1e-6}) check_proved(spectral_norm(W.view(), {.rtol = rtol}), truth, rtol);
    }
}

TEST_CASE("the resolvent proves sigma_1 from any value below or above it") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        const std::int64_t n = 20 + 5 * seed;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.2, seed);
        const auto view = W.view();
        const linear_map A(view);
        const auto D = absolute(matrices::dense(view));
        const double truth = dense_norm(D, n, n);
        for (const double factor : {0.2, 0.9, 1.0, 1.001}) {
            const SolverOptions options;
            Ledger ledger(options, A.domain());
            const std::vector<double> ones(static_cast<std::size_t>(n), 1.0);
            const normal_operator M(entry_image(A, entry_map::absolute));
            const irreducible_block block(linear_map::borrowed(M));
            const double value = factor * truth * factor * truth;
            const vector_block found = positive_resolvent(block, 2, as_vector(ones), value, 1e-3, ledger);
            const auto x = entries_of(found);
            double most = 0.0;
            std::vector<double> y(x.size());
            A.apply(entry_map::absolute, found, as_vector(y));
            for (std::size_t j = 0; j < x.size(); ++j) {
                REQUIRE(x[j] > 0.0);
                double z = 0.0;
                for (std::size_t i = 0; i < y.size(); ++i) z += D[i * y.size() + j] * y[i];
                most = std::max(most, z / x[j]);
            }
            CHECK(std::sqrt(most) >= truth * (1.0 - 1e-12));
            CHECK(std::sqrt(most) <= truth * std::max(1.0, factor) * 1.0006);
        }
    }
}
