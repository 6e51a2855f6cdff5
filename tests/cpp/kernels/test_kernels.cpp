#include "kernel_choices.hpp"
#include "matrices.hpp"

#include <rhochain/kernels/products/gemm.hpp>
#include <rhochain/kernels/products/single_precision.hpp>
#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

using namespace rhochain;

namespace {

double image(entry_map f, double s, double w) {
    if (f == entry_map::absolute) return std::abs(s * w);
    return f == entry_map::squared ? s * w * s * w : s * w;
}

// Y = f(D) X or f(D)^T X by three plain loops.
std::vector<double> naive(const std::vector<double>& D, std::size_t m, std::size_t n, entry_map f, double s,
                          const std::vector<double>& X, std::size_t b, bool adjoint) {
    std::vector<double> Y((adjoint ? n : m) * b, 0.0);
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t c = 0; c < b; ++c) {
                const double w = image(f, s, D[i * n + j]);
                if (adjoint)
                    Y[j * b + c] += w * X[i * b + c];
                else
                    Y[i * b + c] += w * X[j * b + c];
            }
    return Y;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double d = a.size() == b.size() ? 0.0 : 1e300;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) d = std::max(d, std::abs(a[i] - b[i]));
    return d;
}

}  // namespace

TEST_CASE_TEMPLATE("spmm and its adjoint equal three plain loops", Scalar, float, double) {
    for (const std::int64_t b : {1, 2, 3, 4, 8, 11}) {
        const auto W = matrices::random_csr<Scalar, std::int64_t>(57, 41, 0.2, static_cast<unsigned>(b));
        const auto D = matrices::dense(W.view());
        const auto X = matrices::random_vector(41 * b, 1);
        const auto Z = matrices::random_vector(57 * b, 2);
        std::vector<double> Y(static_cast<std::size_t>(57 * b), -1.0), V(static_cast<std::size_t>(41 * b), -1.0);
        for (const entry_map f : all_maps)
            for (const double s : {1.0, 0.25}) {
                const auto columns = static_cast<std::size_t>(b);
                spmm(W.view(), f, s, const_block(X.data(), 41, b), mutable_block(Y.data(), 57, b), 2);
                CHECK(largest_difference(Y, naive(D, 57, 41, f, s, X, columns, false)) < 1e-13);
                spmm_adjoint(W.view(), f, s, const_block(Z.data(), 57, b), mutable_block(V.data(), 41, b), 2);
                CHECK(largest_difference(V, naive(D, 57, 41, f, s, Z, columns, true)) < 1e-13);
            }
    }
}

TEST_CASE_TEMPLATE("products with blocks have the bits of a plain loop, with every instruction set and wherever X lies",
                   Scalar, float, double) {
    auto W = matrices::random_csr<Scalar, std::int32_t>(120, 21'000, 0.002, 7);
    // Long rows next to short ones, and an empty one at each end.
    const auto full = matrices::random_csr<Scalar, std::int32_t>(3, 21'000, 0.01, 8);
    for (const auto* rows : {&full, &full}) {
        const auto before = static_cast<std::int32_t>(W.indices.size());
        W.indices.insert(W.indices.end(), rows->indices.begin(), rows->indices.end());
        W.values.insert(W.values.end(), rows->values.begin(), rows->values.end());
        for (std::size_t i = 1; i < rows->indptr.size(); ++i) W.indptr.push_back(before + rows->indptr[i]);
    }
    W.indptr.push_back(W.indptr.back());
    W.n_rows = static_cast<std::int64_t>(W.indptr.size()) - 1;
    const auto view = W.view();
    for (const std::int64_t b : {2, 3, 5, 8, 9, 16, 23, 40})
        for (const std::int64_t moved : {0, 1}) {
            const auto numbers = matrices::random_vector(view.cols() * b + 8, static_cast<unsigned>(b));
            const double* X = numbers.data() + moved;
            std::vector<double> expected(static_cast<std::size_t>(view.rows() * b), 0.0), Y(expected.size());
            for (std::int64_t i = 0; i < view.rows(); ++i)
                for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p)
                    for (std::int64_t c = 0; c < b; ++c)
                        expected[static_cast<std::size_t>(i * b + c)] +=
                            static_cast<double>(view.value(p)) * X[view.column(p) * b + c];
            for (const instruction_set isa :
                 {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
                if (!is_available(isa)) continue;
                std::fill(Y.begin(), Y.end(), -1.0);
                spmm(view, entry_map::identity, 1.0, const_block(X, view.cols(), b),
                     mutable_block(Y.data(), view.rows(), b), 2, nullptr, isa);
                CHECK_MESSAGE(Y == expected, b, " ", moved, " ", name_of(isa));
            }
        }
}

TEST_CASE("products have the same bits for any number of threads") {
    const auto W = matrices::random_csr<double, std::int32_t>(3000, 3000, 0.02, 3);
    const auto X = matrices::random_vector(3000 * 3, 4);
    std::vector<double> one(9000), many(9000);
    const const_block x(X.data(), 3000, 3);
    for (const int threads : {2, 3, 7}) {
        spmm(W.view(), entry_map::identity, 1.0, x, mutable_block(one.data(), 3000, 3), 1);
        spmm(W.view(), entry_map::identity, 1.0, x, mutable_block(many.data(), 3000, 3), threads);
        CHECK(one == many);
        spmm_adjoint(W.view(), entry_map::identity, 1.0, x, mutable_block(one.data(), 3000, 3), 1);
        spmm_adjoint(W.view(), entry_map::identity, 1.0, x, mutable_block(many.data(), 3000, 3), threads);
        CHECK(one == many);
    }
}

TEST_CASE_TEMPLATE("dense products equal three plain loops", Scalar, float, double) {
    const auto D = matrices::random_vector(37 * 29, 6);
    const std::vector<Scalar> stored(D.begin(), D.end());
    const std::vector<double> exact(stored.begin(), stored.end());
    const dense_view<Scalar> W{37, 29, stored};
    for (const std::int64_t b : {1, 2, 5, 8, 15, 17}) {
        const auto X = matrices::random_vector(29 * b, 7);
        const auto Z = matrices::random_vector(37 * b, 8);
        const const_block x(X.data(), 29, b), z(Z.data(), 37, b);
        std::vector<double> Y(static_cast<std::size_t>(37 * b)), V(static_cast<std::size_t>(29 * b));
        const mutable_block y(Y.data(), 37, b), v(V.data(), 29, b);
        for (const entry_map f : all_maps) {
            gemm(W, f, 0.5, x, y, 2, instruction_set::baseline);
            CHECK(largest_difference(Y, naive(exact, 37, 29, f, 0.5, X, static_cast<std::size_t>(b), false)) < 1e-12);
            gemm_adjoint(W, f, 0.5, z, v, 2, instruction_set::baseline);
            CHECK(largest_difference(V, naive(exact, 37, 29, f, 0.5, Z, static_cast<std::size_t>(b), true)) < 1e-12);
            const auto oldest_y = Y, oldest_v = V;
            for (const instruction_set isa : {instruction_set::avx2, instruction_set::avx512}) {
                if (!is_available(isa)) continue;
                std::fill(Y.begin(), Y.end(), 0.0);
                gemm(W, f, 0.5, x, y, 1, isa);
                CHECK(Y == oldest_y);
                gemm_adjoint(W, f, 0.5, z, v, 1, isa);
                CHECK(V == oldest_v);
            }
        }
    }
}

TEST_CASE("norm2 neither over- nor underflows, sums keep their order") {
    for (const double size : {1e-320, 1e-200, 1.0, 1e200, 1e307}) {
        const std::vector<double> x(4, size);
        CHECK(norm2(x) == doctest::Approx(2.0 * size).epsilon(1e-2));
        if (size > 1e-300) CHECK(norm2(x) == doctest::Approx(2.0 * size).epsilon(1e-15));
    }
    CHECK(norm2(as_vector(std::vector<double>(5, 0.0)), space(5, 2)) == 0.0);
    const auto x = matrices::random_vector(100'003, 9);
    const auto length = static_cast<std::int64_t>(x.size());
    const space one(length, 1), two(length, 2), three(length, 3);
    const vector_in v = as_vector(x);
    CHECK(dot(v, v, one) == dot(v, v, three));
    CHECK(dot(v, v, one) == dot(x, x));
    CHECK(sum(v, one) == sum(v, two));
    CHECK(sum(v, one) == sum(x));
    const double exact = static_cast<double>(std::accumulate(x.begin(), x.end(), 0.0L));
    CHECK(std::abs(sum(v, two) - exact) < 1e-10);
    for (const std::size_t n : {std::size_t{3}, std::size_t{100'000}})
        for (const std::size_t at : {std::size_t{0}, std::size_t{1}, n - 1}) {
            std::vector<double> marked(n, 1.0);
            marked.back() = 2.0;
            marked[at] = std::nan("");
            const space S(static_cast<std::int64_t>(n), 2);
            CHECK(std::isnan(max_abs(as_vector(marked), S)));
            CHECK(std::isnan(norm2(as_vector(marked), S)));
        }
}

TEST_CASE("division by a norm of any size: quotients rounded twice at most") {
    for (const int exponent : {-1074, -1030, -1022, -1001, -1000, -400, 0, 400, 1023}) {
        CAPTURE(exponent);
        const double norm = std::ldexp(exponent < -1022 ? 1.0 : 1.3, exponent);
        const std::vector<double> quotients{0.0, 1.0, -0.7, 0.3, 0x1p-20};
        std::vector<double> x;
        for (const double q : quotients) x.push_back(q * norm);
        const std::vector<double> before = x;
        divide(norm, as_vector(x), space(static_cast<std::int64_t>(x.size()), 1));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const long double exact = static_cast<long double>(before[i]) / static_cast<long double>(norm);
            CHECK(std::abs(static_cast<long double>(x[i]) - exact) <= 0x1p-52L * std::abs(exact));
        }
    }
}

TEST_CASE("Philox reproduces the published vectors and Gaussians have the right moments") {
    // Known answers of Philox4x32-10 (Random123 distribution).
    CHECK(philox({0, 0, 0, 0}, {0, 0}) == philox_block{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
    CHECK(philox({0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU}, {0xffffffffU, 0xffffffffU}) ==
          philox_block{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU});
    std::vector<double> a(200'001), b(a.size());
    fill_gaussian(a, 11, 0);
    fill_gaussian(as_vector(b), 11, 0, space(static_cast<std::int64_t>(b.size()), 3));
    CHECK(a == b);
    fill_gaussian(b, 11, 1);
    CHECK(a != b);
    const auto n = static_cast<double>(a.size());
    CHECK(std::abs(sum(a) / n) < 5.0 / std::sqrt(n));
    CHECK(std::abs(dot(a, a) / n - 1.0) < 5.0 * std::sqrt(2.0 / n));
    CHECK(std::abs(dot(a, b) / n) < 5.0 / std::sqrt(n));
}

TEST_CASE("parallel_for visits every chunk once and passes exceptions on") {
    std::vector<int> visits(1000, 0);
    parallel_for(3, 1000, [&](std::int64_t c) { ++visits[static_cast<std::size_t>(c)]; });
    CHECK(std::all_of(visits.begin(), visits.end(), [](int v) { return v == 1; }));
    const auto fail = [](std::int64_t c) {
        if (c >= 7) throw std::runtime_error("chunk " + std::to_string(c));
    };
    // The same one of several, however the threads are scheduled.
    for (int run = 0; run < 200; ++run) CHECK_THROWS_WITH_AS(parallel_for(2, 20, fail), "chunk 7", std::runtime_error);
    CHECK_THROWS_WITH_AS(parallel_for(1, 20, fail), "chunk 7", std::runtime_error);
}

TEST_CASE("small dense: A x = lambda x, A Q = Q (Q^T A Q), B v = sigma u") {
    const std::int64_t n = 24;
    const auto A = matrices::random_vector(n * n, 12);
    const auto at = [&](std::int64_t i, std::int64_t j) { return A[static_cast<std::size_t>(i * n + j)]; };
    const auto e = eigen_decompose(A, n, true);
    REQUIRE(e.converged);
    for (std::int64_t k = 0; k < n; ++k) {
        if (k > 0)
            CHECK(std::abs(e.values[static_cast<std::size_t>(k - 1)]) >=
                  std::abs(e.values[static_cast<std::size_t>(k)]));
        for (std::int64_t i = 0; i < n; ++i) {
            std::complex<double> r = 0.0;
            const auto x = [&](std::int64_t row) { return e.vectors[static_cast<std::size_t>(row * n + k)]; };
            for (std::int64_t j = 0; j < n; ++j) r += at(i, j) * x(j);
            CHECK(std::abs(r - e.values[static_cast<std::size_t>(k)] * x(i)) < 1e-12);
        }
    }
    const auto s = dominant_subspace(A, n, 7);
    REQUIRE(s.converged);
    REQUIRE(s.kept >= 7);
    const auto Q = [&](std::int64_t i, std::int64_t k) { return s.Q[static_cast<std::size_t>(i * s.kept + k)]; };
    std::vector<double> AQ(static_cast<std::size_t>(n * s.kept), 0.0),
        T(static_cast<std::size_t>(s.kept * s.kept), 0.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < s.kept; ++k)
            for (std::int64_t j = 0; j < n; ++j) AQ[static_cast<std::size_t>(i * s.kept + k)] += at(i, j) * Q(j, k);
    for (std::int64_t a = 0; a < s.kept; ++a)
        for (std::int64_t k = 0; k < s.kept; ++k)
            for (std::int64_t i = 0; i < n; ++i)
                T[static_cast<std::size_t>(a * s.kept + k)] += Q(i, a) * AQ[static_cast<std::size_t>(i * s.kept + k)];
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < s.kept; ++k) {
            double r = AQ[static_cast<std::size_t>(i * s.kept + k)];
            for (std::int64_t a = 0; a < s.kept; ++a) r -= Q(i, a) * T[static_cast<std::size_t>(a * s.kept + k)];
            CHECK(std::abs(r) < 1e-11);
        }
    const auto subspace_values = eigen_decompose(T, s.kept, false).values;
    for (std::size_t k = 0; k < subspace_values.size(); ++k)
        CHECK(std::abs(subspace_values[k]) == doctest::Approx(std::abs(e.values[k])).epsilon(1e-10));

    const std::vector<double> alpha{2.0, 0.5, 1.5}, beta{0.7, 0.3};
    const auto top = largest_singular_pair(alpha, beta);
    double image = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double y = alpha[i] * top.right[i] + (i < 2 ? beta[i] * top.right[i + 1] : 0.0);
        image += y * y;
    }
    CHECK(std::sqrt(image) == doctest::Approx(top.sigma).epsilon(1e-14));
    CHECK(singular_values(alpha, beta).front() == doctest::Approx(top.sigma).epsilon(1e-14));
}

TEST_CASE("a product in float32 is the rounded one in float64, one within another too") {
    const auto pool = std::make_shared<buffer_pool>(std::size_t{1} << 20);
    for (const std::int64_t n : {1, 5, 40'000})
        for (const std::int64_t b : {1, 3}) {
            std::vector<float> X(static_cast<std::size_t>(n * b)), Y((static_cast<std::size_t>((n + 1) * b)));
            for (std::size_t i = 0; i < X.size(); ++i) X[i] = 1.0f / static_cast<float>(i + 1);
            const auto third = [&](const_block from, mutable_block to) {
                for (std::int64_t i = 0; i < to.size(); ++i) to.data[i] = from.data[i % from.size()] / 3.0;
            };
            const auto twice = [&](const_block from, mutable_block to) {
                std::vector<float> inner(Y.size());
                single_precision_product(third, {X.data(), n, b}, {inner.data(), n + 1, b}, pool, 1);
                third(from, to);
                for (std::int64_t i = 0; i < to.size(); ++i) to.data[i] += double{inner[static_cast<std::size_t>(i)]};
            };
            for (const int threads : {1, 2, 3}) {
                single_precision_product(twice, {X.data(), n, b}, {Y.data(), n + 1, b}, pool, threads);
                bool equal = true;
                for (std::size_t i = 0; i < Y.size(); ++i) {
                    const double part = double{X[i % X.size()]} / 3.0;
                    equal = equal && Y[i] == static_cast<float>(part + double{static_cast<float>(part)});
                }
                CHECK(equal);
            }
        }
}
