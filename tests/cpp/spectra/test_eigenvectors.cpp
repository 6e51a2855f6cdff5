// The eigenvector behind a radius: systems with lambda I - A, signatures, cycles, and the extension to all of W.
#include "matrices.hpp"

#include <rhochain/rhochain.hpp>

#include "kernels/complex_elimination.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/radius/shifted_solve.hpp"
#include "spectra/structure/cycle_eigenvector.hpp"
#include "spectra/structure/eigenvector_extension.hpp"
#include "spectra/structure/signature.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <random>
#include <span>
#include <vector>

using namespace rhochain;
using complex = std::complex<double>;
using complex_numbers = std::vector<complex>;

namespace {

// D x for a row-major D.
complex_numbers times(const std::vector<double>& D, const complex_numbers& x) {
    complex_numbers y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < x.size(); ++j) y[i] += D[i * x.size() + j] * x[j];
    return y;
}

double length(const complex_numbers& x) {
    double squares = 0.0;
    for (const complex& z : x) squares += std::norm(z);
    return std::sqrt(squares);
}

complex_numbers random_complex(std::int64_t n, unsigned seed) {
    const std::vector<double> a = matrices::random_vector(n, seed);
    const std::vector<double> b = matrices::random_vector(n, seed + 1000);
    complex_numbers x;
    for (std::size_t i = 0; i < a.size(); ++i) x.emplace_back(a[i], b[i]);
    return x;
}

double residual_of(const Bracket& b, const std::vector<double>& D) {
    complex_numbers r = times(D, b.vector);
    for (std::size_t i = 0; i < r.size(); ++i) r[i] -= b.eigenvalue * b.vector[i];
    return length(r);
}

}  // namespace

TEST_CASE("elimination solves complex systems, and a singular one along its null vector") {
    for (const std::int64_t n : {1, 2, 7, 30}) {
        const auto m = static_cast<std::size_t>(n);
        const complex_numbers A = random_complex(n * n, static_cast<unsigned>(n));
        const complex_numbers B = random_complex(3 * n, 5);
        const complex_numbers X = solve_by_elimination(A, B, n);
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t c = 0; c < 3; ++c) {
                complex sum = -B[i * 3 + c];
                for (std::size_t k = 0; k < m; ++k) sum += A[i * m + k] * X[k * 3 + c];
                CHECK(std::abs(sum) < 1e-11 * length(X));
            }
    }
    // Rows (1, 2), (2, 4): the null vector is (2, -1).
    const complex_numbers x = solve_by_elimination({1.0, 2.0, 2.0, 4.0}, {1.0, 3.0}, 2);
    CHECK(length(x) > 1e14);
    CHECK(std::abs(x[0] + 2.0 * x[1]) < 1e-14 * length(x));
}

TEST_CASE("shifted systems with real and complex lambda") {
    const std::int64_t n = 300;
    for (unsigned seed = 1; seed <= 3; ++seed) {
        const auto W = matrices::iid<double>(n, 10, seed);
        const std::vector<double> D = matrices::dense(W.view());
        const linear_map A(sparse_operator(W.view(), 1));
        for (const complex lambda : {complex{4.5, 0.0}, complex{3.0, 3.5}}) {
            const complex_numbers b = random_complex(n, seed + 10);
            const SolverOptions options;
            Ledger ledger(options, A.domain());
            const complex_numbers x =
                for_caller(solve_shifted(A, lambda, from_caller(std::span<const complex>(b)), options, ledger));
            complex_numbers r = times(D, x);
            for (std::size_t i = 0; i < x.size(); ++i) r[i] += b[i] - lambda * x[i];
            CHECK(length(r) < 1e-12 * std::abs(lambda) * length(x));
            CHECK(length(x) > 0.05 * length(b));
        }
    }
}

TEST_CASE("a signature turns eigenvectors of |W| into those of W") {
    // Period 3 between sets of four vertices, all signs negative: phi = pi / 3, and no real signature does.
    std::mt19937_64 generator(4);
    std::uniform_real_distribution<double> weight(0.5, 2.0);
    csr<double, std::int32_t> W{12, 12, {0}, {}, {}};
    for (std::int32_t i = 0; i < 12; ++i) {
        for (std::int32_t j = 0; j < 4; ++j) {
            W.indices.push_back((i / 4 * 4 + 4) % 12 + j);
            W.values.push_back(-weight(generator));
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    const stored_entries entries{W.view()};
    const component_partition P = strong_components(entries);
    REQUIRE(P.count == 1);
    const complex_numbers S = unit_signature(entries, P, 0);
    const std::vector<double> D = matrices::dense(W.view());
    // W_ij = e^(i phi) S_i |W_ij| conj(S_j).
    const complex c = std::polar(1.0, std::acos(-1.0) / 3.0);
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t j = 0; j < 12; ++j)
            CHECK(std::abs(c * S[i] * std::abs(D[i * 12 + j]) * std::conj(S[j]) - D[i * 12 + j]) < 1e-14);
    const Bracket b = spectral_radius(W.view(), {.rtol = 1e-9});
    CHECK(residual_of(b, D) < 1e-7 * b.value);
    CHECK(std::abs(std::abs(b.eigenvalue) - b.value) < 1e-8 * b.value);
}

TEST_CASE("the eigenvector of a cycle whose weights leave the range of float64 together") {
    const std::int64_t n = 400;
    const std::vector<double> logs = matrices::random_vector(n, 6);
    csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::int64_t i = 0; i < n; ++i) {
        W.indices.push_back(static_cast<std::int32_t>((i + 7) % n));
        // The first half of the way lies far above the mean, the second one far below.
        W.values.push_back(std::exp(logs[static_cast<std::size_t>(i)]) * (i % 7 < 3 ? 1e5 : 1e-5));
        W.indptr.push_back(static_cast<std::int32_t>(i + 1));
    }
    std::vector<std::int64_t> members;
    for (std::int64_t i = 0; i < n; ++i) members.push_back(i);
    const complex_numbers x = cycle_eigenvector({W.view()}, members);
    double log_radius = 0.0;
    for (const double w : W.values) log_radius += std::log(w) / static_cast<double>(n);
    const double radius = std::exp(log_radius);
    CHECK(length(x) == doctest::Approx(1.0).epsilon(1e-13));
    const complex_numbers y = times(matrices::dense(W.view()), x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(x[i].real() >= 0.0);
        CHECK(y[i].real() == doctest::Approx(radius * x[i].real()).epsilon(1e-11));
    }
}

TEST_CASE("an eigenvector extended through components, each layout, with and without a complex lambda") {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        // Blocks of 3, 2, 120 and 1 vertices, above the diagonal; the second one dominates: a plane rotation or 5.
        const std::int64_t n = 126;
        const std::vector<std::int64_t> first{0, 3, 5, 125, n};
        for (const bool rotates : {false, true}) {
            std::vector<double> D(static_cast<std::size_t>(n * n), 0.0);
            const std::vector<double> random = matrices::random_vector(n * n, seed);
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t j = 0; j < n; ++j) {
                    std::size_t a = 0, b = 0;
                    while (first[a + 1] <= i) ++a;
                    while (first[b + 1] <= j) ++b;
                    const auto p = static_cast<std::size_t>(i * n + j);
                    if (a <= b) D[p] = random[p] * (a == b && a == 2 ? 0.1 : 0.3);
                }
            D[3 * 126 + 3] = D[4 * 126 + 4] = rotates ? 0.0 : 4.0;
            D[3 * 126 + 4] = rotates ? 5.0 : 1.0;
            D[4 * 126 + 3] = rotates ? -5.0 : 1.0;
            std::vector<double> T(D.size());
            for (std::size_t i = 0; i < 126; ++i)
                for (std::size_t j = 0; j < 126; ++j) T[j * 126 + i] = D[i * 126 + j];
            for (const auto* M : {&D, &T}) {
                const Bracket b =
                    spectral_radius(dense_operator(dense_view<double>{n, n, *M}, dense_layout::row_major, 1));
                REQUIRE(b.vector.size() == 126);
                CHECK(length(b.vector) == doctest::Approx(1.0).epsilon(1e-13));
                CHECK(std::abs(b.eigenvalue) == doctest::Approx(5.0).epsilon(1e-10));
                CHECK(residual_of(b, *M) < 1e-11);
                CHECK(b.residual >= residual_of(b, *M) * 0.999);
                CHECK(b.no_vector.empty());
            }
        }
    }
}
