#include "matrices.hpp"

#include <rhochain/operators/sparse_operator.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace rhochain;

namespace {

constexpr entry_map maps[] = {entry_map::identity, entry_map::absolute, entry_map::squared};
constexpr std::size_t plenty = std::size_t{1} << 30;

struct products {
    std::vector<double> forward, adjoint;
    bool operator==(const products&) const = default;
};

template <class Operator>
products multiply(const Operator& A, entry_map f, std::int64_t b) {
    const auto x = matrices::random_vector(A.cols() * b, 1), z = matrices::random_vector(A.rows() * b, 2);
    products p{std::vector<double>(z.size()), std::vector<double>(x.size())};
    A.apply(f, const_block(x.data(), A.cols(), b), mutable_block(p.forward.data(), A.rows(), b));
    A.apply_adjoint(f, const_block(z.data(), A.rows(), b), mutable_block(p.adjoint.data(), A.cols(), b));
    return p;
}

}  // namespace

TEST_CASE("layouts are made by the products that need them, that of W^T first, and change no bit") {
    const auto W = matrices::random_csr<double, std::int32_t>(2000, 1500, 0.03, 11);
    const sparse_operator A(W.view(), 2);
    const std::size_t adjoint = sell<double>::bytes(1500, W.view().nnz());
    const std::size_t forward = sell<double>::bytes(2000, W.view().nnz());
    for (const auto& [memory, held] : {std::pair{adjoint - 1, std::size_t{0}},
                                       {adjoint, adjoint},
                                       {forward + adjoint - 1, adjoint},
                                       {forward + adjoint, forward + adjoint}}) {
        const auto B = A.prepared(memory);
        CHECK(B.prepared_bytes() == 0);
        for (const entry_map f : maps) CHECK(multiply(A, f, 3) == multiply(B, f, 3));
        CHECK(B.prepared_bytes() == std::min(held, adjoint));
        for (const entry_map f : maps) CHECK(multiply(A, f, 1) == multiply(B, f, 1));
        CHECK(B.prepared_bytes() == held);
        CHECK(B.normalised().with_threads(1).prepared_bytes() == held);
    }
    const auto B = A.prepared(forward);
    const auto x = matrices::random_vector(1500, 1);
    std::vector<double> y(2000);
    B.apply(const_block(x), mutable_block(y));
    CHECK(B.prepared_bytes() == 0);
}

TEST_CASE("a vector has tiles, for W and W^T alike, and a block W itself and a layout of W^T") {
    const auto W = matrices::iid<double>(60'000, 10, 3);
    const sparse_operator A(W.view(), 2);
    const auto B = A.prepared(plenty);
    const auto shape = useful_tiles(W.view(), 2);
    REQUIRE(shape.has_value());
    const std::size_t tiles = sparse_tiles<double>::bytes(*shape, W.view().nnz());
    CHECK(multiply(A, entry_map::identity, 1) == multiply(B, entry_map::identity, 1));
    CHECK(B.prepared_bytes() == tiles);
    CHECK(multiply(A, entry_map::squared, 2) == multiply(B, entry_map::squared, 2));
    CHECK(B.prepared_bytes() == tiles + sell<double>::bytes(60'000, W.view().nnz()));
    CHECK(multiply(A, entry_map::identity, 1) == multiply(A.prepared(tiles - 1), entry_map::identity, 1));
}

TEST_CASE("an operator for one product uses the layouts there are and makes none") {
    const auto W = matrices::random_csr<double, std::int64_t>(700, 700, 0.05, 4);
    const auto A = sparse_operator(W.view(), 1).prepared(plenty);
    const auto B = A.for_one_product();
    const auto plain = multiply(B, entry_map::identity, 2);
    CHECK(B.prepared_bytes() == 0);
    CHECK(plain == multiply(A, entry_map::identity, 2));
    CHECK(B.prepared_bytes() == A.prepared_bytes());
    CHECK(plain == multiply(B, entry_map::identity, 2));
}

TEST_CASE("threads that ask for a layout at the same time share one") {
    const auto W = matrices::iid<double>(60'000, 10, 5);
    const auto A = sparse_operator(W.view(), 1).prepared(plenty);
    std::vector<products> results(4);
    {
        std::vector<std::jthread> callers;
        for (products& r : results) callers.emplace_back([&] { r = multiply(A, entry_map::identity, 1); });
    }
    for (const products& r : results) CHECK(r == results.front());
    CHECK(A.prepared_bytes() == sparse_tiles<double>::bytes(*useful_tiles(W.view(), 1), W.view().nnz()));
}
