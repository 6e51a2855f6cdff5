// Sums over rows are cut at one set of boundaries: a rank that holds whole pieces computes the same partial sums.
#include "matrices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/row_panels.hpp>
#include <rhochain/storage/row_pieces.hpp>
#include "kernels/space/partial_sums.hpp"
#include "kernels/vectors/gram.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace rhochain;

TEST_CASE("pieces are powers of two that panels divide, at most most_pieces of them") {
    for (const std::int64_t n : {std::int64_t{1}, std::int64_t{8192}, std::int64_t{8192} * 1024,
                                 std::int64_t{8192} * 1024 + 1, std::int64_t{1} << 31, std::int64_t{1} << 40}) {
        const std::int64_t h = piece_rows(n);
        CHECK(h >= least_piece);
        CHECK((h & (h - 1)) == 0);
        CHECK(h % panel_rows(n) == 0);
        CHECK((n + h - 1) / h <= most_pieces);
    }
    CHECK(piece_rows(std::int64_t{8192} * 1024) == 8192);
    CHECK(piece_rows(std::int64_t{8192} * 1024 + 1) == 16384);
}

TEST_CASE("partial sums are added one after the other, and by pieces where pieces hold several") {
    std::vector<double> partials = matrices::random_vector(30, 1);
    std::vector<double> totals{1.0, 2.0, 3.0};
    add_in_order(81920, 8192, partials, totals);
    for (std::size_t j = 0; j < 3; ++j) {
        double expected = static_cast<double>(j) + 1.0;
        for (std::size_t p = 0; p < 10; ++p) expected += partials[3 * p + j];
        CHECK(totals[j] == expected);
    }
    // Two and a half pieces of 2^14 rows each, four partial sums a piece.
    const std::int64_t n = std::int64_t{8192} * 1024 + 1;
    std::vector<double> ten = matrices::random_vector(10, 2);
    double total = 0.0;
    add_in_order(n, 4096, ten, {&total, 1});
    double expected = 0.0;
    for (std::size_t p = 0; p < 10; p += 4) {
        double piece = 0.0;
        for (std::size_t q = p; q < std::min<std::size_t>(10, p + 4); ++q) piece += ten[q];
        expected += piece;
    }
    CHECK(total == expected);
    CHECK(partial_depth(81920, 8192) == 10);
    CHECK(partial_depth(n, 4096) == 4 + 513);
    add_in_order(n, 4096, {}, {});
}

TEST_CASE("the depth of a sum bounds its rounding where pieces are grouped") {
    const std::int64_t n = std::int64_t{8192} * 1024 + 5;
    std::vector<double> x(static_cast<std::size_t>(n));
    long double exact = 0.0L;
    for (std::size_t i = 0; i < x.size(); ++i) exact += x[i] = 1.0 / static_cast<double>(i + 3);
    const double total = sum(as_vector(x), space(n, 2));
    CHECK(total == sum(x));
    CHECK(std::abs(static_cast<long double>(total) - exact) <= rounding_gamma(sum_depth(n)) * exact);
    CHECK(sum_depth(n) < sum_depth(n - 1024));
}

TEST_CASE("a Gram matrix is the sum of those of its pieces") {
    const std::int64_t n = 70'000, k = 19;
    const std::vector<double> X = matrices::random_vector(n * k, 3);
    std::vector<double> G(static_cast<std::size_t>(k * k)), again(G.size());
    gram(as_block(const_block(X.data(), n, k)), G, space(n, 1));
    gram(as_block(const_block(X.data(), n, k)), again, space(n, 2));
    CHECK(G == again);
    for (std::int64_t a = 0; a < k; ++a)
        for (std::int64_t c = a; c < k; ++c) {
            long double exact = 0.0L, size = 0.0L;
            for (std::int64_t i = 0; i < n; ++i) {
                const long double term = static_cast<long double>(X[static_cast<std::size_t>(i * k + a)]) *
                                         X[static_cast<std::size_t>(i * k + c)];
                exact += term;
                size += std::abs(term);
            }
            CHECK(std::abs(G[static_cast<std::size_t>(a * k + c)] - exact) <= rounding_gamma(8192) * size);
        }
}

TEST_CASE("a wide Gram matrix is made a strip of rows at a time") {
    const std::int64_t n = 2'100, k = 900;
    const std::vector<double> X = matrices::random_vector(n * k, 4);
    std::vector<double> G(static_cast<std::size_t>(k * k));
    gram(as_block(const_block(X.data(), n, k)), G, space(n, 2));
    std::vector<double> products(static_cast<std::size_t>(k));
    for (const std::int64_t j : {std::int64_t{0}, std::int64_t{450}, k - 1}) {
        column_products(as_block(const_block(X.data(), n, k)), j, products, space(n, 2));
        for (std::int64_t c = 0; c <= j; ++c)
            CHECK(G[static_cast<std::size_t>(c * k + j)] ==
                  doctest::Approx(products[static_cast<std::size_t>(c)]).epsilon(1e-11).scale(static_cast<double>(n)));
    }
}
