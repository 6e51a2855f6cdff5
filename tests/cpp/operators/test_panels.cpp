#include "matrices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include "kernels/vectors/column_squares.hpp"
#include "operators/adjoint_operator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>

using namespace rhochain;

namespace {

// Y = f(A) X or f(A)^T X, and a second product that copies each of its panels to Z as soon as it has it.
void check_panels(const linear_map& A, entry_map f, bool adjoint, std::int64_t b) {
    const std::int64_t in = adjoint ? A.rows() : A.cols();
    const std::int64_t out = adjoint ? A.cols() : A.rows();
    const auto x = matrices::random_vector(in * b, 5);
    const const_block X(x.data(), in, b);
    std::vector<double> y(static_cast<std::size_t>(out * b)), written(y.size()), z(y.size());
    const mutable_block Y(written.data(), out, b);
    std::vector<std::int64_t> starts;
    std::mutex guard;
    const auto task = [&](std::int64_t first, std::int64_t last, panel_in panel) {
        const double* rows = entries_of(panel);
        std::copy(rows, rows + (last - first) * b, z.begin() + first * b);
        const std::lock_guard lock(guard);
        starts.push_back(first);
        CHECK(first % panel_rows(out) == 0);
        CHECK(last == std::min(out, first + panel_rows(out)));
    };
    if (adjoint) {
        A.apply_adjoint(f, as_block(X), as_block(mutable_block(y.data(), out, b)));
        A.apply_adjoint(f, as_block(X), as_block(Y), task);
    } else {
        A.apply(f, as_block(X), as_block(mutable_block(y.data(), out, b)));
        A.apply(f, as_block(X), as_block(Y), task);
    }
    CHECK(z == y);
    std::sort(starts.begin(), starts.end());
    CHECK(std::adjacent_find(starts.begin(), starts.end()) == starts.end());
    CHECK(static_cast<std::int64_t>(starts.size()) == panel_count(out));
}

}  // namespace

TEST_CASE("panels cover the rows, eight to a slice, and do not grow with the threads") {
    for (const std::int64_t n : {1, 63, 64, 65, 2000, 10'000, 131'072, 1'000'003}) {
        const std::int64_t h = panel_rows(n);
        CHECK(h % 8 == 0);
        CHECK(h <= 4096);
        CHECK(panel_count(n) * h >= n);
        CHECK((panel_count(n) - 1) * h < n);
    }
}

TEST_CASE("each panel of a product is handed on once, complete, with the bits of the plain product") {
    const auto W = matrices::random_csr<double, std::int32_t>(903, 417, 0.15, 11);
    const sparse_operator<double, std::int32_t> A(W.view(), 2);
    const auto prepared = A.prepared(std::size_t{1} << 30);
    const auto entries = matrices::dense(W.view());
    const dense_operator<double> D(dense_view<double>{903, 417, entries}, dense_layout::row_major, 2);
    const adjoint_operator transposed(prepared);
    for (const linear_map& B : {linear_map(A), linear_map(prepared), linear_map(D), linear_map(transposed)})
        for (const entry_map f : {entry_map::identity, entry_map::absolute})
            for (const std::int64_t b : {1, 3, 8})
                for (const bool adjoint : {false, true}) check_panels(B, f, adjoint, b);
}

TEST_CASE("each panel of a product in tiles is handed on once") {
    const auto W = matrices::iid<double>(60'000, 10, 2);
    const auto A = sparse_operator(W.view(), 2).prepared(std::size_t{1} << 30);
    for (const bool adjoint : {false, true}) check_panels(A, entry_map::identity, adjoint, 1);
    CHECK(A.prepared_bytes() == sparse_tiles<double>::bytes(*useful_tiles(W.view(), 2), W.view().nnz()));
}

TEST_CASE("squares of columns are their sums, with the same bits for any number of threads") {
    for (const std::int64_t b : {1, 2, 3, 4, 8, 13, 16}) {
        const std::int64_t n = 70'001 / b;
        const auto x = matrices::random_vector(n * b, 3);
        std::vector<double> y(x.size());
        const auto negated = [&](std::int64_t) {
            return [&](std::int64_t p) { return -x[static_cast<std::size_t>(p)]; };
        };
        std::vector<double> one(static_cast<std::size_t>(b), 0.5), three(one);
        store_and_add_squares(as_block(mutable_block(y.data(), n, b)), one, space(n, 1), negated);
        std::fill(y.begin(), y.end(), 0.0);
        store_and_add_squares(as_block(mutable_block(y.data(), n, b)), three, space(n, 3), negated);
        CHECK(one == three);
        for (std::int64_t c = 0; c < b; ++c) {
            long double exact = 0.5L;
            for (std::int64_t p = c; p < n * b; p += b) {
                const long double entry = x[static_cast<std::size_t>(p)];
                exact += entry * entry;
                CHECK_EQ(y[static_cast<std::size_t>(p)], -x[static_cast<std::size_t>(p)]);
            }
            CHECK(one[static_cast<std::size_t>(c)] == doctest::Approx(static_cast<double>(exact)).epsilon(1e-13));
        }
    }
}
