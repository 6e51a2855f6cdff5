// Scalings that make a matrix symmetric or skew: mu_D(W) = rho(W) = ||D W D^-1||_2.
#include "symmetric_matrices.hpp"

#include <rhochain/rhochain.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <numbers>

using namespace rhochain;
using matrices::dense_norm;
using matrices::dense_radius;
using matrices::random_scaling;
using matrices::random_symmetric;
using matrices::sparse;
using matrices::spread;

namespace {

void check_ends(const Bracket& b, double truth, double rtol) {
    CHECK(b.lower.grade == Grade::proved);
    CHECK(b.upper.grade >= Grade::probable);
    CHECK(b.lower.value <= truth * (1.0 + 1e-10));
    CHECK(b.upper.value >= truth * (1.0 - 1e-10));
    CHECK(b.upper.value - b.lower.value <= rtol * truth);
    CHECK(b.status == Status::converged);
}

// a x b vertices, row by row, an entry to each neighbour: right, left, down, up, and the vertex itself.
csr<double, std::int32_t> lattice(std::int64_t a, std::int64_t b, const std::array<double, 5>& w) {
    csr<double, std::int32_t> W{a * b, a * b, {0}, {}, {}};
    for (std::int64_t r = 0; r < a; ++r)
        for (std::int64_t c = 0; c < b; ++c) {
            const auto add = [&](bool exists, std::int64_t offset, double value) {
                if (!exists || value == 0.0) return;
                W.indices.push_back(static_cast<std::int32_t>(r * b + c + offset));
                W.values.push_back(value);
            };
            add(r > 0, -b, w[3]);
            add(c > 0, -1, w[1]);
            add(true, 0, w[4]);
            add(c + 1 < b, 1, w[0]);
            add(r + 1 < a, b, w[2]);
            W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
        }
    return W;
}

double lattice_radius(std::int64_t a, std::int64_t b, const std::array<double, 5>& w) {
    return w[4] + 2.0 * std::sqrt(w[0] * w[1]) * std::cos(std::numbers::pi / static_cast<double>(b + 1)) +
           2.0 * std::sqrt(w[2] * w[3]) * std::cos(std::numbers::pi / static_cast<double>(a + 1));
}

}  // namespace

TEST_CASE("rho and mu_D of symmetrizable and skew-symmetrizable W meet in the norm of the symmetric one") {
    int vectors = 0;
    for (unsigned seed = 0; seed < 24; ++seed) {
        const std::int64_t n = 3 + 4 * seed;
        for (const double side : {1.0, -1.0})
            for (const double size : {0.0, 1.0, 8.0}) {
                CAPTURE(seed);
                CAPTURE(side);
                CAPTURE(size);
                const auto S = random_symmetric(n, 0.3, side, seed);
                const auto D = spread(S, random_scaling(n, size, seed + 70));
                const auto W = sparse(D, n);
                const double truth = dense_norm(S, n);
                const Bracket rho = spectral_radius(W.view());
                check_ends(rho, truth, 1e-3);
                const ScaledNorm m = scaled_norm(W.view());
                check_ends(m.bracket, truth, 1e-3);
                CHECK(m.attained.value <= truth * 1.001);
                auto B = D;
                for (std::size_t i = 0; i < m.scaling.size(); ++i)
                    for (std::size_t j = 0; j < m.scaling.size(); ++j)
                        B[i * m.scaling.size() + j] *= std::exp(m.scaling[i] - m.scaling[j]);
                CHECK(dense_norm(B, n) <= m.attained.value * (1.0 + 1e-11));
                // The eigenvector is one of W.
                if (rho.vector.empty()) continue;  // |W| decides
                ++vectors;
                double residual = 0.0, length = 0.0;
                const std::complex<double> theta = check_eigenpair(W.view(), rho.vector).theta;
                for (std::size_t i = 0; i < rho.vector.size(); ++i) {
                    std::complex<double> r = -theta * rho.vector[i];
                    for (std::size_t j = 0; j < rho.vector.size(); ++j)
                        r += D[i * rho.vector.size() + j] * rho.vector[j];
                    residual += std::norm(r);
                    length += std::norm(rho.vector[i]);
                }
                CHECK(length == doctest::Approx(1.0));
                CHECK(std::sqrt(residual) <= std::max(2.0 * rho.residual, 1e-12 * truth));
                if (size == 0.0) CHECK(std::abs(theta) == doctest::Approx(truth).epsilon(1e-3));
            }
    }
    CHECK(vectors > 100);
}

TEST_CASE("several components, each with a scaling of its own or none") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        constexpr std::int64_t n = 12, all = 3 * n;
        const auto A = spread(random_symmetric(n, 0.4, 1.0, seed), random_scaling(n, 2.0, seed + 1));
        const auto B = spread(random_symmetric(n, 0.4, -1.0, seed + 2), random_scaling(n, 2.0, seed + 3));
        const auto C = matrices::dense(matrices::random_csr<double, std::int32_t>(n, n, 0.5, seed + 4).view());
        std::vector<double> D(all * all, 0.0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                D[i * all + j] = A[i * n + j];
                D[(i + n) * all + j + n] = B[i * n + j];
                D[(i + 2 * n) * all + j + 2 * n] = 0.1 * C[i * n + j];
                D[i * all + j + 2 * n] = 0.3;
            }
        const double truth = dense_radius(D, all);
        const Bracket rho = spectral_radius(sparse(D, all).view());
        CHECK(rho.lower.value <= truth * (1.0 + 1e-9));
        CHECK(rho.upper.value >= truth * (1.0 - 1e-9));
        CHECK(rho.upper.value <= rho.lower.value * 1.001);
        const ScaledNorm m = scaled_norm(sparse(D, all).view());
        CHECK(m.bracket.lower.value >= truth * 0.999);
        CHECK(m.bracket.upper.value <= truth * 1.001);
        const std::vector<double> row_major = D;
        const dense_view<double> transposed{all, all, row_major};
        const ScaledNorm t = scaled_norm(dense_operator<double>(transposed, dense_layout::column_major));
        std::vector<double> S(D.size());
        for (std::size_t i = 0; i < all; ++i)
            for (std::size_t j = 0; j < all; ++j)
                S[i * all + j] = D[j * all + i] * std::exp(t.scaling[i] - t.scaling[j]);
        CHECK(dense_norm(S, all) <= t.attained.value * (1.0 + 1e-10));
    }
}

TEST_CASE("a lattice with drift: D spans e^735, mu_D and rho are PROVED within 1e-5") {
    const std::array<double, 5> w{3.0, 0.004, 1.0, 0.2, 0.3};
    for (const auto& [a, b] : {std::pair<std::int64_t, std::int64_t>{20, 220}, {45, 212}}) {
        const auto W = lattice(a, b, w);
        const double truth = lattice_radius(a, b, w);
        const ScaledNorm m = scaled_norm(W.view());
        check_ends(m.bracket, truth, 1e-5);
        CHECK(m.bracket.upper.grade == Grade::proved);
        CHECK(m.attained.value <= truth * (1.0 + 1e-5));
        const auto [low, high] = std::minmax_element(m.scaling.begin(), m.scaling.end());
        const double expected = 0.5 * (static_cast<double>(b - 1) * std::log(w[0] / w[1]) +
                                       static_cast<double>(a - 1) * std::log(w[2] / w[3]));
        CHECK(*high - *low == doctest::Approx(expected).epsilon(1e-9));
        const Bracket rho = spectral_radius(W.view());
        check_ends(rho, truth, 1e-5);
        CHECK(rho.upper.grade == Grade::proved);
        check_ends(perron_radius(W.view()), truth, 1e-5);
        // Signs that agree across every edge: symmetric, but no longer nonnegative.
        auto V = W;
        for (std::size_t i = 0; i < static_cast<std::size_t>(V.n_rows); ++i)
            for (auto p = static_cast<std::size_t>(V.indptr[i]); p < static_cast<std::size_t>(V.indptr[i + 1]); ++p) {
                const auto j = static_cast<std::size_t>(V.indices[p]);
                if ((std::min(i, j) * 7919 + std::max(i, j) * 104729) % 11 < 5) V.values[p] = -V.values[p];
            }
        const ScaledNorm s = scaled_norm(V.view());
        CHECK(s.bracket.lower.grade == Grade::proved);
        CHECK(s.bracket.upper.grade == Grade::probable);
        CHECK(s.bracket.upper.value <= s.bracket.lower.value * 1.001);
        const Bracket r = spectral_radius(V.view());
        CHECK(r.lower.grade == Grade::proved);
        CHECK(r.upper.value <= r.lower.value * 1.001);
    }
}

TEST_CASE("rho(S + E) >= ||S|| - (2 ceil(log2 n) + 1) ||E||, and without the logarithm that is false") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::int64_t n = 2 + seed;
        const auto S = random_symmetric(n, 0.5, 1.0, seed);
        for (const double size : {1e-3, 1e-1, 1.0}) {
            std::vector<double> E = matrices::random_vector(n * n, seed + 500);
            std::vector<double> B = S;
            for (std::size_t k = 0; k < E.size(); ++k) B[k] += E[k] *= size;
            const double factor = 2.0 * std::ceil(std::log2(static_cast<double>(n))) + 1.0;
            CHECK(dense_radius(B, n) >= dense_norm(S, n) - factor * dense_norm(E, n) - 1e-9);
        }
    }
    // N with n_ij = 1 / (j - i) above the diagonal is nilpotent; ||N + N^T|| grows like ln n, ||N - N^T|| stays below
    // pi.
    constexpr std::int64_t n = 200;
    std::vector<double> S(n * n, 0.0), E(n * n, 0.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            if (i != j) {
                S[static_cast<std::size_t>(i * n + j)] = 0.5 / static_cast<double>(std::abs(j - i));
                E[static_cast<std::size_t>(i * n + j)] = 0.5 / static_cast<double>(j - i);
            }
    CHECK(dense_norm(S, n) - dense_norm(E, n) > 2.0);
}
