// Steps of a chain that defer the write of their Y, and blocks that are copied or streamed past the caches.
#include "matrices.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/steps/scaled_block.hpp>
#include <rhochain/kernels/products/streaming_store.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/block_on_lines.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

using namespace rhochain;

namespace {

// Growth by 2^20 a step: columns are rescaled every few steps.
struct growing_chain {
    std::int64_t n, K;
    csr<double, std::int32_t> W;
    std::vector<double> S;

    growing_chain(std::int64_t size, std::int64_t steps, double growth)
        : n(size), K(steps), W(matrices::iid<double>(size, 6, 3)) {
        for (double& w : W.values) w *= growth;
        S = matrices::random_vector(n * K, 4);
    }
    [[nodiscard]] jacobian_chain chain(const linear_map& A, double leak) const {
        return jacobian_chain(A, slope_source::of_slopes(row_source(S.data(), K, n, n)), {.leak = leak});
    }
};

}  // namespace

TEST_CASE("a run that is stopped after any step has the vectors of a chain of so many") {
    const growing_chain f(300, 12, 0x1p20);
    const sparse_operator A(f.W.view(), 1);
    const auto v = matrices::random_vector(300 * 3, 5);
    for (const double leak : {1.0, 0.5})
        for (std::int64_t k = 1; k <= f.K; ++k) {
            growing_chain same = f;
            same.K = k;
            const ChainResult whole = same.chain(A, leak).jvp(const_block(v.data(), 300, 3));
            const ChainResult stopped = f.chain(A, leak).jvp(
                const_block(v.data(), 300, 3), [&](std::int64_t done, std::int64_t) { return done == k; });
            CHECK(stopped.done == k);
            CHECK(stopped.mantissas == whole.mantissas);
            CHECK(stopped.exponents == whole.exponents);
            CHECK(stopped.log_norms == whole.log_norms);
        }
}

TEST_CASE("blocks of whole lines beyond the caches have the entries of their columns one by one") {
    const growing_chain f(90'000, 3, 1.0);
    const auto A = sparse_operator(f.W.view(), 2).prepared(std::size_t{1} << 30);
    const auto V = matrices::random_vector(f.n * 8, 6);
    REQUIRE(worth_streaming(const_block(buffer<double>(V.size()).data(), f.n, 8)));
    for (const double leak : {1.0, 0.25}) {
        const auto P = f.chain(A, leak);
        for (const bool forward : {true, false}) {
            const const_block block(V.data(), f.n, 8);
            const ChainResult all = forward ? P.jvp(block) : P.vjp(block);
            for (const std::int64_t c : {0, 7}) {
                std::vector<double> v(static_cast<std::size_t>(f.n));
                for (std::int64_t i = 0; i < f.n; ++i) v[static_cast<std::size_t>(i)] = block.row(i)[c];
                const ChainResult one = forward ? P.jvp(const_block(v)) : P.vjp(const_block(v));
                bool equal = one.exponents[0] == all.exponents[static_cast<std::size_t>(c)];
                for (std::int64_t i = 0; i < f.n; ++i)
                    equal = equal && one.mantissas[static_cast<std::size_t>(i)] ==
                                         all.mantissas[static_cast<std::size_t>(i * 8 + c)];
                CHECK(equal);
            }
        }
    }
}

TEST_CASE("a deferred block is written once, when it is first read") {
    const std::vector<double> ones(6, 1.0);
    const space S(3, 1);
    scaled_block X(as_block(const_block(ones.data(), 3, 2)), "X", S);
    const std::int64_t e = X.exponents()[0] + 5;
    vector_block next(S, 2);
    std::ranges::fill(entries_of(next), -1.0);
    int written = 0;
    const auto write = [&](block_out Y) {
        ++written;
        std::ranges::fill(entries_of(Y.flat()), 2.0);
    };
    const std::vector<double> squares(2, 12.0);
    CHECK_FALSE(X.replace(next, 5, squares, write));
    CHECK(X.norms()[0] == std::sqrt(12.0));
    CHECK(X.exponents()[1] == e);
    CHECK(written == 0);
    CHECK(entries_of(X.mantissas()).row(2)[1] == 2.0);
    X.write_deferred();
    CHECK(written == 1);
    SUBCASE("a deferred block that is never read is not written") {
        CHECK_FALSE(X.replace(next, 0, squares, write));
        CHECK_FALSE(X.replace(next, 0, squares, write));
        CHECK(written == 1);
    }
    SUBCASE("rescaling reads it") {
        const std::vector<double> large(2, 3.0 * 0x1p400);
        CHECK(X.replace(next, 0, large, [](block_out Y) { std::ranges::fill(entries_of(Y.flat()), 0x1p200); }));
        CHECK(X.norm(0).log_abs() ==
              doctest::Approx(0.5 * std::log(3.0) + static_cast<double>(e + 200) * std::log(2.0)));
        CHECK(entries_of(X.mantissas()).row(0)[0] == std::ldexp(1.0, static_cast<int>(e + 200 - X.exponents()[0])));
    }
    SUBCASE("one that cannot be written") {
        CHECK_FALSE(X.replace(next, 0, squares, [](block_out) { throw std::runtime_error("product"); }));
        CHECK_THROWS_AS(X.write_deferred(), std::runtime_error);
    }
}

TEST_CASE("a block that straddles lines is copied to the last number, one beyond all caches too") {
    for (const std::int64_t n : {40'001, 530'001})
        for (const std::int64_t b : {4, 8}) {
            buffer<double> storage(static_cast<std::size_t>(n * b + 1));
            for (std::size_t p = 0; p < storage.size(); ++p) storage[p] = static_cast<double>(p);
            const const_block X(storage.data() + 1, n, b);
            const auto pool = std::make_shared<buffer_pool>(std::size_t{1} << 30);
            {
                const block_on_lines moved(X, [] { return false; }, pool, 3);
                CHECK(moved.get().data != X.data);
                CHECK(reinterpret_cast<std::uintptr_t>(moved.get().data) % cache_line == 0);
                CHECK(std::equal(X.data, X.data + X.size(), moved.get().data));
            }
            CHECK(pool->bytes() == static_cast<std::size_t>(X.size()) * sizeof(double));
            CHECK(block_on_lines(X, [] { return true; }, pool, 3).get().data == X.data);
            const const_block lined(storage.data(), n, b);
            CHECK(block_on_lines(lined, [] { return false; }, pool, 3).get().data == storage.data());
        }
}

TEST_CASE("a block that is never read costs no product") {
    const growing_chain f(50, 9, 1.0);
    const sparse_operator A(f.W.view(), 1);
    struct counting_operator {
        const decltype(A)& A_;
        std::int64_t& products;
        [[nodiscard]] std::int64_t rows() const { return A_.rows(); }
        [[nodiscard]] std::int64_t cols() const { return A_.cols(); }
        [[nodiscard]] int threads() const { return 1; }
        void apply(const_block X, mutable_block Y) const { ++products, A_.apply(X, Y); }
        void apply_adjoint(const_block X, mutable_block Y) const { ++products, A_.apply_adjoint(X, Y); }
    };
    const auto v = matrices::random_vector(50, 5);
    for (const double leak : {1.0, 0.5})
        for (const bool forward : {true, false}) {
            std::int64_t products = 0;
            const auto P = f.chain(counting_operator{A, products}, leak);
            static_cast<void>(forward ? P.jvp(const_block(v)) : P.vjp(const_block(v)));
            // Two more show whether apply_adjoint is the adjoint.
            CHECK(products == f.K + (forward ? 0 : 2));
        }
}
