#include "kernel_choices.hpp"
#include "matrices.hpp"

#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/kernels/products/tile_layout.hpp>
#include <rhochain/kernels/products/tile_product.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <thread>
#include <tuple>

using namespace rhochain;

namespace {

tile_shape shape_of(std::int64_t rows, std::int64_t cols, int row_shift, int column_shift) {
    return {row_shift, column_shift, ((rows - 1) >> row_shift) + 1, ((cols - 1) >> column_shift) + 1};
}

// Both products with tiles beside those with the CSR, to the last bit.
template <class Scalar, class Index>
void check_products(const csr<Scalar, Index>& W, const tile_shape& shape) {
    const auto T = make_tiles(W.view(), shape, 2);
    REQUIRE(T.has_value());
    const auto x = matrices::random_vector(W.n_cols, 7), z = matrices::random_vector(W.n_rows, 8);
    for (const entry_map f : all_maps)
        for (const double s : {1.0, 0.25})
            for (const int threads : {1, 3}) {
                std::vector<double> y(z.size()), expected(z.size()), v(x.size()), expected_v(x.size());
                spmm(W.view(), f, s, const_block(x), mutable_block(expected), 1);
                spmv(*T, f, s, x.data(), y.data(), threads);
                CHECK(y == expected);
                spmm_adjoint(W.view(), f, s, const_block(z), mutable_block(expected_v), 1);
                spmv_adjoint(*T, f, s, z.data(), v.data(), threads);
                CHECK(v == expected_v);
            }
}

}  // namespace

TEST_CASE("tiles hold every entry once, those of a row by column and those of a column by row") {
    const auto W = matrices::random_csr<double, std::int32_t>(700, 1100, 0.03, 2);
    const auto D = matrices::dense(W.view());
    for (const int row_shift : {6, 8, 16})
        for (const int column_shift : {6, 9, 16}) {
            const auto shape = shape_of(700, 1100, row_shift, column_shift);
            const auto T = make_tiles(W.view(), shape, 2);
            REQUIRE(T.has_value());
            std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> last_column, last_row;
            std::int64_t met = 0, others = 0, out_of_order = 0;
            for (std::int64_t I = 0; I < shape.rows; ++I)
                for (std::int64_t J = 0; J < shape.columns; ++J) {
                    const auto tile = static_cast<std::size_t>(I * shape.columns + J);
                    for (auto p = static_cast<std::size_t>(T->offsets[tile]);
                         p < static_cast<std::size_t>(T->offsets[tile + 1]); ++p) {
                        const std::int64_t i = (I << row_shift) + (T->places[p] >> 16);
                        const std::int64_t j = (J << column_shift) + (T->places[p] & 0xffff);
                        if (T->values[p] != D[static_cast<std::size_t>(i * 1100 + j)]) ++others;
                        const auto row = last_column.try_emplace({i, J}, -1).first;
                        const auto column = last_row.try_emplace({I, j}, -1).first;
                        if (row->second >= j || column->second >= i) ++out_of_order;
                        row->second = j;
                        column->second = i;
                        ++met;
                    }
                }
            CHECK(met == W.view().nnz());
            CHECK(others == 0);
            CHECK(out_of_order == 0);
        }
}

TEST_CASE_TEMPLATE("products in tiles have the bits of the CSR product, whatever the tiles, maps and threads", Scalar,
                   float, double) {
    for (const auto& [rows, cols, density] : {std::tuple{1, 1, 1.0},
                                              {5, 300, 0.5},
                                              {300, 5, 0.5},
                                              {1000, 777, 0.02},
                                              {129, 129, 1.0},
                                              {2000, 3000, 0.001}}) {
        const auto W = matrices::random_csr<Scalar, std::int64_t>(rows, cols, density, 3);
        for (const int row_shift : {6, 7, 12})
            for (const int column_shift : {6, 10}) check_products(W, shape_of(rows, cols, row_shift, column_shift));
    }
    check_products(matrices::iid<Scalar>(60'000, 10, 1), shape_of(60'000, 60'000, 12, 13));
}

TEST_CASE_TEMPLATE("products in two passes have the bits of the CSR product", Scalar, float, double) {
    // Stretches enough that a group of them fits into the scratch.
    for (const auto& [rows, cols, degree] : {std::tuple{4500, 5200, 40}, {3000, 9000, 18}, {9000, 3000, 6}}) {
        const auto W = matrices::random_rows<Scalar, std::int64_t>(rows, cols, degree, 3);
        for (const int row_shift : {6, 7})
            for (const int column_shift : {6, 7}) {
                tile_shape shape = shape_of(rows, cols, row_shift, column_shift);
                shape.two_passes = true;
                check_products(W, shape);
            }
    }
}

TEST_CASE("several callers may lease the scratch for two passes at a time") {
    const auto W = matrices::iid<double>(20'000, 10, 4);
    tile_shape shape = shape_of(20'000, 20'000, 8, 9);
    shape.two_passes = true;
    const auto pool = std::make_shared<buffer_pool>(std::size_t{1} << 30);
    const auto T = make_tiles(W.view(), shape, 1, pool);
    REQUIRE(T.has_value());
    const auto x = matrices::random_vector(20'000, 5);
    std::vector<double> expected(x.size());
    spmm(W.view(), entry_map::identity, 1.0, const_block(x), mutable_block(expected), 1);
    std::vector<std::vector<double>> results(4, std::vector<double>(x.size()));
    std::vector<std::thread> callers;
    for (auto& y : results)
        callers.emplace_back([&] {
            for (int k = 0; k < 20; ++k) spmv(*T, entry_map::identity, 1.0, x.data(), y.data(), 1);
        });
    for (auto& caller : callers) caller.join();
    for (const auto& y : results) CHECK(y == expected);
    const std::size_t scratch = T->scratch_bytes(shape, T->nnz());
    CHECK(pool->bytes() >= scratch);
    CHECK(pool->bytes() % scratch == 0);
}

TEST_CASE("there are no tiles in two passes where one stretch of y has more entries than the scratch") {
    auto W = matrices::random_csr<double, std::int32_t>(64, 6400, 0.9, 5);
    W.n_rows = 6400;
    W.indptr.resize(6401, W.indptr.back());
    tile_shape shape = shape_of(6400, 6400, 6, 6);
    CHECK(make_tiles(W.view(), shape, 2).has_value());
    shape.two_passes = true;
    CHECK(!make_tiles(W.view(), shape, 2).has_value());
}

TEST_CASE("an entry of x that is not finite reaches the rows that hold its column and no others") {
    const auto W = matrices::random_csr<double, std::int32_t>(400, 300, 0.05, 9);
    const auto D = matrices::dense(W.view());
    const auto T = make_tiles(W.view(), shape_of(400, 300, 7, 7), 1);
    std::vector<double> x(300, 1.0), y(400);
    x[0] = std::numeric_limits<double>::quiet_NaN();
    x[170] = std::numeric_limits<double>::infinity();
    spmv(*T, entry_map::identity, 1.0, x.data(), y.data(), 2);
    for (std::size_t i = 0; i < 400; ++i) CHECK(std::isfinite(y[i]) == (D[i * 300] == 0.0 && D[i * 300 + 170] == 0.0));
}

TEST_CASE("rows that are not sorted have no tiles") {
    auto W = matrices::random_csr<double, std::int32_t>(500, 500, 0.05, 6);
    CHECK(make_tiles(W.view(), shape_of(500, 500, 6, 6), 2).has_value());
    const auto p = static_cast<std::size_t>(W.indptr[321]);
    REQUIRE(W.indptr[322] - W.indptr[321] > 1);
    std::swap(W.indices[p], W.indices[p + 1]);
    CHECK(!make_tiles(W.view(), shape_of(500, 500, 6, 6), 2).has_value());
}

TEST_CASE("tiles are used for many random entries and neither for few, nor short vectors, nor bands") {
    CHECK(!useful_tiles(matrices::iid<double>(40'000, 10, 1).view(), 2).has_value());
    CHECK(!useful_tiles(matrices::random_csr<double, std::int32_t>(1000, 1000, 0.6, 1).view(), 2).has_value());
    CHECK(!useful_tiles(matrices::iid<double>(1'000'000, 1, 1).view(), 2).has_value());
    std::mt19937_64 generator(1);
    const auto band = matrices::random_band(100'000, 3, generator);
    CHECK(!useful_tiles(band.view(), 2).has_value());
    const auto W = matrices::iid<double>(60'000, 10, 1);
    for (const int threads : {1, 2, 5}) {
        const auto shape = useful_tiles(W.view(), threads);
        REQUIRE(shape.has_value());
        CHECK((std::int64_t{1} << shape->row_shift) >= panel_rows(60'000));
        CHECK(shape->rows >= 4 * threads);
        CHECK(shape->columns >= 4 * threads);
        CHECK(!shape->two_passes);
    }
}

TEST_CASE("products go in two passes where x is long and its entries are wanted all over") {
    constexpr std::int64_t n = 2'200'000;
    csr<float, std::int32_t> W{n, n, {0}, {}, {}};
    for (const std::int64_t reach : {n, std::int64_t{3000}}) {
        std::mt19937_64 generator(3);
        W.indptr.assign(1, 0);
        W.indices.clear();
        for (std::int64_t i = 0; i < n; ++i) {
            const std::int64_t first = reach == n ? 0 : std::clamp<std::int64_t>(i - reach / 2, 0, n - reach);
            W.indices.push_back(static_cast<std::int32_t>(
                first + static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(reach))));
            W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
        }
        W.values.assign(W.indices.size(), 1.0F);
        const auto shape = useful_tiles(W.view(), 2);
        REQUIRE(shape.has_value() == (reach == n));
        if (shape) CHECK(shape->two_passes);
        if (shape) CHECK(shape->rows >= 32);
    }
}
