// Code above the kernels cannot reach an entry of a vector by accident: most of these tests are what does not compile.
#include "matrices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <complex>
#include <concepts>
#include <span>
#include <utility>
#include <vector>

using namespace rhochain;

namespace {

template <class V>
concept shows_entries =
    requires(V x) { x[0]; } || requires(V x) { *x; } || requires(V x) { x.data(); } || requires(V x) { x.data; } ||
    requires(V x) { x.begin(); } || requires(V x) { x.row(0); } || std::convertible_to<V, std::span<const double>> ||
    std::convertible_to<V, const_block> || std::convertible_to<V, const double*>;

template <class Array, class View>
concept becomes = std::convertible_to<Array, View> || std::constructible_from<View, Array>;

// All of these hold for an array, so that none of them is vacuous.
static_assert(shows_entries<std::vector<double>> && shows_entries<const_block>);
static_assert(!shows_entries<vector_in> && !shows_entries<vector_out>);
static_assert(!shows_entries<block_in> && !shows_entries<block_out>);
static_assert(!shows_entries<complex_in> && !shows_entries<complex_out>);
static_assert(!shows_entries<vector_block> && !shows_entries<complex_vector> && !shows_entries<panel_in>);

static_assert(becomes<std::vector<double>&, std::span<double>>);
static_assert(!becomes<std::vector<double>&, vector_in> && !becomes<std::vector<double>&, block_out>);
static_assert(!becomes<std::span<const double>, vector_in> && !becomes<const_block, block_in>);
static_assert(!becomes<double*, vector_in> && !becomes<std::vector<double>, vector_block>);

// What is to be read is not written.
static_assert(becomes<vector_out, vector_in> && becomes<vector_out, block_in> && becomes<block_out, block_in>);
static_assert(!becomes<vector_in, vector_out> && !becomes<block_in, block_out> && !becomes<vector_in, block_out>);
static_assert(!becomes<const vector_block&, vector_out> && !becomes<block_in, vector_in>);

}  // namespace

TEST_CASE("views are the entries of an array, row by row, and their parts") {
    auto x = matrices::random_vector(12, 1);
    const block_out X = as_block(mutable_block(x.data(), 4, 3));
    CHECK(X.rows() == 4);
    CHECK(X.columns() == 3);
    CHECK(X.size() == 12);
    CHECK(entries_of(X).row(2) == x.data() + 6);
    CHECK(entries_of(block_in(X).rows_from(1)) == x.data() + 3);
    CHECK(std::ranges::equal(entries_of(X.flat()), x));
    CHECK(std::ranges::equal(entries_of(as_vector(x).first(5)), std::span(x).first(5)));
    const block_in column = as_vector(x);
    CHECK(column.rows() == 12);
    CHECK(column.columns() == 1);
    CHECK(entries_of(column).data == x.data());
}

TEST_CASE("a block of vectors has the rows of its space, and keeps its memory where it becomes smaller") {
    vector_block X(space(5, 1), 4);
    CHECK(X.view().rows() == 5);
    CHECK(X.columns() == 4);
    CHECK_FALSE(X.empty());
    std::ranges::fill(entries_of(X), 2.0);
    const double* memory = entries_of(X).data();
    X.reshape(space(3, 1), 2);
    CHECK(X.view().size() == 6);
    CHECK(entries_of(X).data() == memory);
    const vector_block copy = X;
    CHECK(entries_of(copy).data() != memory);
    CHECK(std::ranges::count(entries_of(copy), 2.0) == 6);
    CHECK(entries_of(std::move(X)).data() == memory);
    CHECK(vector_block().empty());
}
