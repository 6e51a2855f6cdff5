#include "kernel_choices.hpp"
#include "matrices.hpp"

#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/kernels/products/sell_layout.hpp>
#include <rhochain/kernels/products/sell_product.hpp>
#include <rhochain/kernels/products/spmm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

using namespace rhochain;

namespace {

// Rows of very different lengths: empty ones, one that holds every column, and the rest a few.
template <class Scalar, class Index>
csr<Scalar, Index> uneven(std::int64_t rows, std::int64_t cols, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    csr<Scalar, Index> W{rows, cols, {0}, {}, {}};
    for (std::int64_t i = 0; i < rows; ++i) {
        const double density = i == rows / 2 ? 1.0 : i % 5 == 0 ? 0.0 : 0.02 * static_cast<double>(i % 13);
        std::uniform_real_distribution<double> uniform(0.0, 1.0);
        for (std::int64_t j = 0; j < cols; ++j)
            if (density == 1.0 || uniform(generator) < density) {
                W.indices.push_back(static_cast<Index>(j));
                W.values.push_back(static_cast<Scalar>(normal(generator)));
            }
        W.indptr.push_back(static_cast<Index>(W.indices.size()));
    }
    return W;
}

// The rows of S as CSR, read off its definition.
template <class Scalar>
csr<Scalar, std::int64_t> rows_of(const sell<Scalar>& S) {
    std::vector<std::vector<std::pair<std::int64_t, Scalar>>> rows(static_cast<std::size_t>(S.rows()));
    for (std::int64_t s = 0; s < S.slices(); ++s) {
        auto p = static_cast<std::size_t>(S.offsets[static_cast<std::size_t>(s)]);
        const auto lane = static_cast<std::size_t>(s * S.height);
        for (std::int32_t k = 0; k < S.lengths[lane]; ++k)
            for (std::size_t l = 0; l < 8; ++l)
                if (S.lengths[lane + l] > k) {
                    rows[static_cast<std::size_t>(S.order[lane + l])].emplace_back(S.columns[p], S.values[p]);
                    ++p;
                }
        CHECK(static_cast<std::int64_t>(p) == S.offsets[static_cast<std::size_t>(s + 1)]);
    }
    csr<Scalar, std::int64_t> W{S.rows(), S.cols(), {0}, {}, {}};
    for (const auto& row : rows) {
        for (const auto& [j, w] : row) {
            W.indices.push_back(j);
            W.values.push_back(w);
        }
        W.indptr.push_back(static_cast<std::int64_t>(W.indices.size()));
    }
    return W;
}

template <class Scalar, class Index>
bool equal(const csr<Scalar, std::int64_t>& a, const csr<Scalar, Index>& b) {
    return a.n_rows == b.n_rows && a.n_cols == b.n_cols &&
           std::equal(a.indptr.begin(), a.indptr.end(), b.indptr.begin(), b.indptr.end()) &&
           std::equal(a.indices.begin(), a.indices.end(), b.indices.begin(), b.indices.end()) && a.values == b.values;
}

}  // namespace

TEST_CASE_TEMPLATE("sliced jagged diagonals hold every row as it was, and every column in the order of the rows", Index,
                   std::int32_t, std::int64_t) {
    for (const std::int64_t rows : {1, 7, 8, 9, 4096, 5003})
        for (const std::int64_t cols : {1, 40, 701}) {
            const auto W = uneven<double, Index>(rows, cols, static_cast<unsigned>(rows + cols));
            for (const int threads : {1, 3}) {
                const auto S = make_sell(W.view(), threads);
                CHECK(std::is_sorted(S.lengths.data(), S.lengths.data() + 8, std::greater<>()));
                CHECK(equal(rows_of(S), W));
                CHECK(equal(rows_of(make_transposed_sell(W.view(), threads)), transpose(W.view())));
                const std::size_t bytes = 4 * (S.order.size() + S.lengths.size() + S.columns.size()) +
                                          8 * (S.offsets.size() + S.values.size()) + S.banded.size();
                CHECK(bytes == sell<double>::bytes(rows, S.nnz()));
            }
        }
}

TEST_CASE_TEMPLATE("products have the bits of the CSR product, whatever the instruction set, width and threads", Scalar,
                   float, double) {
    const auto W = uneven<Scalar, std::int64_t>(997, 1203, 5);
    const auto S = make_sell(W.view(), 2);
    for (const std::int64_t b : {1, 2, 3, 4, 5, 7, 8, 10, 16, 17, 31, 33}) {
        const auto X = matrices::random_vector(1203 * b, static_cast<unsigned>(b));
        std::vector<double> Y(static_cast<std::size_t>(997 * b)), Z(Y.size());
        for (const entry_map f : all_maps)
            for (const double s : {1.0, 0.25}) {
                spmm(W.view(), f, s, const_block(X.data(), 1203, b), mutable_block(Y.data(), 997, b), 1);
                for (const instruction_set isa : all_sets) {
                    if (!is_available(isa)) continue;
                    for (const int threads : {1, 2, 5}) {
                        std::fill(Z.begin(), Z.end(), -1.0);
                        spmm(S, f, s, const_block(X.data(), 1203, b), mutable_block(Z.data(), 997, b), threads, nullptr,
                             isa);
                        CHECK_MESSAGE(Y == Z, b, " ", static_cast<int>(f), " ", s, " ", name_of(isa), " ", threads);
                    }
                }
            }
    }
}

TEST_CASE("a product with a block of no columns writes nothing") {
    const auto W = uneven<double, std::int32_t>(300, 50, 4);
    const auto S = make_sell(W.view(), 2);
    const std::vector<double> x(50, 1.0);
    std::vector<double> y(300, -1.0);
    for (const instruction_set isa : all_sets) {
        if (!is_available(isa)) continue;
        const mutable_block none(y.data(), 300, 0);
        spmm(S, entry_map::identity, 1.0, const_block(x.data(), 50, 0), none, 2, nullptr, isa);
        CHECK(y == std::vector<double>(300, -1.0));
    }
}

TEST_CASE("slices of a band are found, and their products have the bits of the CSR product") {
    constexpr std::int64_t n = 203;
    csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::int32_t i = 0; i < n; ++i) {
        for (const std::int32_t d : {-7, -1, 0, 2})
            if (i + d >= 0 && i + d < n) {
                W.indices.push_back(i + d);
                W.values.push_back(0.1 * i - d);
            }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    const auto x = matrices::random_vector(n, 8);
    std::vector<double> y(n), z(n);
    spmm(W.view(), entry_map::identity, 1.0, const_block(x), mutable_block(y), 1);
    const auto S = make_sell(W.view(), 2);
    const auto T = make_transposed_sell(W.view(), 2);
    for (const sell<double>* L : {&S, &T}) CHECK(L->banded_slices >= L->slices() - 4);
    for (const instruction_set isa : all_sets)
        if (is_available(isa)) {
            spmm(S, entry_map::identity, 1.0, const_block(x), mutable_block(z), 2, nullptr, isa);
            CHECK(y == z);
            spmm_adjoint(W.view(), entry_map::identity, 1.0, const_block(x), mutable_block(y), 1);
            spmm(T, entry_map::identity, 1.0, const_block(x), mutable_block(z), 2, nullptr, isa);
            CHECK(y == z);
            spmm(W.view(), entry_map::identity, 1.0, const_block(x), mutable_block(y), 1);
        }
}

TEST_CASE("a long x is fetched entry by entry, with the same bits") {
    constexpr std::int64_t n = (std::int64_t{1} << 21) + 77;
    csr<double, std::int32_t> W{1000, n, {0}, {}, {}};
    std::mt19937_64 generator(3);
    for (int i = 0; i < 1000; ++i) {
        for (int k = 0; k < i % 30; ++k) {
            W.indices.push_back(static_cast<std::int32_t>(generator() % n));
            W.values.push_back(static_cast<double>(k) - 14.5);
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    const auto x = matrices::random_vector(n, 4);
    const auto S = make_sell(W.view(), 2);
    std::vector<double> y(1000), z(1000);
    spmm(W.view(), entry_map::identity, 1.0, const_block(x), mutable_block(y), 1);
    for (const instruction_set isa : all_sets)
        if (is_available(isa)) {
            spmm(S, entry_map::identity, 1.0, const_block(x), mutable_block(z), 2, nullptr, isa);
            CHECK(y == z);
        }
}

TEST_CASE("an entry of x that is not finite reaches the rows that hold its column and no others") {
    const auto W = uneven<double, std::int32_t>(300, 50, 9);
    const auto D = matrices::dense(W.view());
    const auto S = make_sell(W.view(), 1);
    std::vector<double> x(50, 1.0), y(300);
    x[0] = std::numeric_limits<double>::quiet_NaN();
    x[17] = std::numeric_limits<double>::infinity();
    for (const instruction_set isa : all_sets) {
        if (!is_available(isa)) continue;
        spmm(S, entry_map::identity, 1.0, const_block(x), mutable_block(y), 1, nullptr, isa);
        for (std::size_t i = 0; i < 300; ++i) CHECK(std::isfinite(y[i]) == (D[i * 50] == 0.0 && D[i * 50 + 17] == 0.0));
    }
}

TEST_CASE("the chosen instruction set is available, and the oldest always is") {
    CHECK(is_available(instruction_set::baseline));
    CHECK(is_available(chosen_instruction_set()));
}
