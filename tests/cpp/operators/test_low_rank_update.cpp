#include "low_rank_cases.hpp"

#include <doctest/doctest.h>

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/reductions.hpp>
#include "operators/leaky_operator.hpp"
#include "operators/similarity.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

using namespace rhochain;
using namespace low_rank_cases;

namespace {

// Y = D X or D^T X, D n x n, X n x b.
doubles multiply(const doubles& D, bool adjoint, const doubles& X, std::int64_t n, std::int64_t b) {
    doubles Y(X.size(), 0.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t c = 0; c < b; ++c)
                Y[static_cast<std::size_t>(i * b + c)] += D[static_cast<std::size_t>(adjoint ? j * n + i : i * n + j)] *
                                                          X[static_cast<std::size_t>(j * b + c)];
    return Y;
}

doubles product(const linear_map& A, entry_map f, bool adjoint, const doubles& X, std::int64_t b) {
    const auto n = static_cast<std::int64_t>(X.size()) / b;
    doubles Y(X.size());
    const block_in from = as_block(const_block(X.data(), n, b));
    const block_out to = as_block(mutable_block(Y.data(), n, b));
    adjoint ? A.apply_adjoint(f, from, to) : A.apply(f, from, to);
    return Y;
}

}  // namespace

TEST_CASE("products with W + U V and its transpose are those of the sum, within the stated rounding") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (const std::int64_t n : {1, 2, 7, 40})
        for (const std::int64_t k : {0, 1, 3})
            for (const std::int64_t b : {1, 2, 5}) {
                const sum_case c(n, k, 0.4, seed + static_cast<unsigned>(100 * n + 10 * k + b));
                const linear_map A(c.update());
                const doubles X = matrices::random_vector(n * b, seed + 9);
                for (const bool adjoint : {false, true}) {
                    const doubles wanted = multiply(c.dense(), adjoint, X, n, b);
                    const doubles slack = multiply(c.dense(true), adjoint, magnitudes_of(X), n, b);
                    const doubles found = product(A, entry_map::identity, adjoint, X, b);
                    for (std::size_t p = 0; p < X.size(); ++p)
                        CHECK(std::abs(found[p] - wanted[p]) <= 2.0 * rounding_gamma(A.row_terms()) * slack[p]);
                }
            }
}

TEST_CASE("the images are majorants of |A| and A o A, entry by entry, and the first is |W| + |U| |V|") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (const std::int64_t k : {0, 1, 2, 3}) {
        const std::int64_t n = 9;
        const sum_case c(n, k, 0.5, seed + static_cast<unsigned>(k));
        const linear_map A(c.update());
        CHECK(A.modulus() == moduli::majorant);
        CHECK(A.bounded());
        CHECK_FALSE(A.entrywise());
        CHECK(A.entries() == nullptr);
        doubles I(static_cast<std::size_t>(n * n), 0.0);
        for (std::int64_t i = 0; i < n; ++i) I[static_cast<std::size_t>(i * n + i)] = 1.0;
        const doubles D = c.dense(), magnitudes = c.dense(true);
        const doubles M = product(A, entry_map::absolute, false, I, n), Q = product(A, entry_map::squared, false, I, n);
        const doubles Mt = product(A, entry_map::absolute, true, I, n);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                const auto p = static_cast<std::size_t>(i * n + j);
                CHECK(M[p] == doctest::Approx(magnitudes[p]).epsilon(1e-13));
                CHECK(M[p] * (1.0 + 1e-14) >= std::abs(D[p]));
                CHECK(Q[p] * (1.0 + 1e-14) >= D[p] * D[p]);
                CHECK(Mt[static_cast<std::size_t>(j * n + i)] == doctest::Approx(M[p]).epsilon(1e-13));
            }
    }
}

TEST_CASE("normalised: the same matrix up to its exponent, for factors far apart in size") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    std::uniform_int_distribution<int> power(-450, 450);
    const std::int64_t n = 6, k = 2;
    for (int round = 0; round < 50; ++round) {
        sum_case c(n, k, 0.6, static_cast<unsigned>(gen()));
        const int w = power(gen), u = power(gen), v = power(gen);
        for (double& x : c.W.values) x = std::ldexp(x, w);
        for (double& x : c.U) x = std::ldexp(x, u);
        for (double& x : c.Vt) x = std::ldexp(x, v);
        const linear_map A = linear_map(c.update()).normalised();
        CHECK(A.normalised().exponent() == A.exponent());
        const doubles X = matrices::random_vector(n, seed);
        const doubles D = c.dense(), slack = c.dense(true);
        for (const bool adjoint : {false, true}) {
            const doubles found = product(A, entry_map::identity, adjoint, X, 1);
            const doubles wanted = multiply(D, adjoint, X, n, 1),
                          errors = multiply(slack, adjoint, magnitudes_of(X), n, 1);
            for (std::size_t p = 0; p < X.size(); ++p) {
                const double error = std::abs(std::ldexp(found[p], A.exponent()) - wanted[p]);
                CHECK(error <= 2.0 * rounding_gamma(A.row_terms()) * errors[p] + 1e-300);
            }
        }
    }
}

TEST_CASE("the bits of a product do not depend on threads or slices") {
    const std::int64_t n = 40'000, k = 3, b = 2;
    auto c = sum_case(1, 1, 0.0, 1);
    c.n = n;
    c.k = k;
    c.W = matrices::iid<double>(n, 4, 11);
    c.U = matrices::random_vector(n * k, 12);
    c.Vt = matrices::random_vector(n * k, 13);
    const linear_map A(c.update());
    const doubles X = matrices::random_vector(n * b, 14);
    for (const entry_map f : {entry_map::identity, entry_map::absolute, entry_map::squared})
        for (const bool adjoint : {false, true}) {
            const doubles one = product(A.with(1), f, adjoint, X, b);
            CHECK(product(A.with(2), f, adjoint, X, b) == one);
            CHECK(product(A.with(3), f, adjoint, X, b) == one);
        }
}

TEST_CASE("D A D^-1 of a map with majorants has the majorant D M D^-1, that of a matrix none") {
    const std::int64_t n = 12;
    const sum_case c(n, 2, 0.5, 3);
    doubles d = matrices::random_vector(n, 4);
    const similarity B(linear_map(c.update()), as_vector(d));
    CHECK(B.modulus() == moduli::majorant);
    CHECK(similarity(linear_map(c.W.view()), as_vector(d)).modulus() == moduli::none);
    const doubles x = magnitudes_of(matrices::random_vector(n, 5));
    for (const bool adjoint : {false, true})
        for (const entry_map f : {entry_map::absolute, entry_map::squared}) {
            const doubles found = product(linear_map::borrowed(B), f, adjoint, x, 1);
            doubles image(x.size());
            const doubles M = c.dense(true), D = c.dense();
            for (std::size_t i = 0; i < x.size(); ++i)
                for (std::size_t j = 0; j < x.size(); ++j) {
                    const double scale = std::exp(adjoint ? d[j] - d[i] : d[i] - d[j]);
                    const double entry = adjoint ? D[j * x.size() + i] : D[i * x.size() + j];
                    const double bound = adjoint ? M[j * x.size() + i] : M[i * x.size() + j];
                    image[i] += f == entry_map::absolute ? bound * scale * x[j] : entry * entry * scale * scale * x[j];
                }
            for (std::size_t i = 0; i < x.size(); ++i)
                if (f == entry_map::absolute)
                    CHECK(found[i] == doctest::Approx(image[i]).epsilon(1e-12));
                else
                    CHECK(found[i] * (1.0 + 1e-12) >= image[i]);
        }
}

TEST_CASE("what is no update of low rank is refused by name") {
    const auto W = matrices::random_csr<double, std::int32_t>(4, 4, 0.9, 1);
    const auto wide = matrices::random_csr<double, std::int32_t>(4, 5, 0.9, 1);
    const doubles F(8, 1.0), G(10, 1.0), huge(8, 1e300);
    const auto make = [](const csr<double, std::int32_t>& of, const doubles& U, std::int64_t rows, const doubles& V,
                         std::int64_t more) {
        const low_rank_update A(of.view(),
                                as_block(const_block(U.data(), rows, static_cast<std::int64_t>(U.size()) / rows)),
                                as_block(const_block(V.data(), more, static_cast<std::int64_t>(V.size()) / more)));
        return A.rank();
    };
    CHECK(make(W, F, 4, F, 4) == 2);
    CHECK_THROWS_WITH_AS(make(wide, F, 4, F, 4), doctest::Contains("square"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(W, G, 5, F, 4), doctest::Contains("U: got 5"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(W, F, 4, G, 5), doctest::Contains("V: got 5"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(W, F, 4, doubles(4, 1.0), 4), doctest::Contains("V: got 1 rows"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(W, huge, 4, huge, 4), doctest::Contains("2^1000"), std::invalid_argument);
}

TEST_CASE("I - D + D A of a map with majorants has majorants, that of a matrix none") {
    const std::int64_t n = 11;
    const sum_case c(n, 2, 0.5, std::random_device{}());
    doubles leak = magnitudes_of(matrices::random_vector(n, 6));
    for (double& a : leak) a = std::exp(-a);
    const leaky_operator J(linear_map(c.update()), leak, 0);
    CHECK(J.modulus() == moduli::majorant);
    CHECK(leaky_operator(linear_map(c.W.view()), leak, 0).modulus() == moduli::none);
    doubles I(static_cast<std::size_t>(n * n), 0.0);
    for (std::int64_t i = 0; i < n; ++i) I[static_cast<std::size_t>(i * n + i)] = 1.0;
    const linear_map A = linear_map::borrowed(J);
    const doubles D = product(A, entry_map::identity, false, I, n);
    for (const bool adjoint : {false, true}) {
        const doubles M = product(A, entry_map::absolute, adjoint, I, n),
                      Q = product(A, entry_map::squared, adjoint, I, n);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                const auto p = static_cast<std::size_t>(i * n + j);
                const double d = D[adjoint ? static_cast<std::size_t>(j * n + i) : p];
                CHECK(M[p] * (1.0 + 1e-13) >= std::abs(d));
                CHECK(Q[p] * (1.0 + 1e-13) >= d * d);
            }
    }
}
