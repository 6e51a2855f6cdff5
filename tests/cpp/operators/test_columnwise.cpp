#include "matrices.hpp"

#include <rhochain/rhochain.hpp>
#include "kernels/vectors/block_ops.hpp"
#include "operators/columnwise_operator.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace rhochain;

namespace {

double distance(const std::vector<double>& x, const std::vector<double>& y) {
    double largest = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) largest = std::max(largest, std::abs(x[i] - y[i]));
    return largest;
}

}  // namespace

TEST_CASE("columnwise products are those of the block") {
    std::random_device device;
    for (const std::int64_t n : {1, 7, 60, 300})
        for (const std::int64_t b : {1, 2, 5}) {
            const unsigned seed = device();
            CAPTURE(seed);
            const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.3, seed);
            const auto view = W.view();
            const linear_map A(sparse_operator(view, 1));
            const columnwise_operator C(A);
            CHECK(C.modulus() == moduli::exact);
            const auto size = static_cast<std::size_t>(n * b);
            auto X = matrices::random_vector(n * b, seed + 1);
            std::vector<double> Y(size), expected(size);
            const auto x = as_block(const_block(X.data(), n, b));
            for (const entry_map f : {entry_map::identity, entry_map::absolute, entry_map::squared}) {
                C.apply(f, x, as_block(mutable_block(Y.data(), n, b)));
                A.apply(f, x, as_block(mutable_block(expected.data(), n, b)));
                CHECK(distance(Y, expected) <= 1e-13 * static_cast<double>(n));
                C.apply_adjoint(f, x, as_block(mutable_block(Y.data(), n, b)));
                A.apply_adjoint(f, x, as_block(mutable_block(expected.data(), n, b)));
                CHECK(distance(Y, expected) <= 1e-13 * static_cast<double>(n));
            }
        }
}

TEST_CASE("place_columns writes its columns and no other") {
    for (const std::int64_t n : {1, 5, 9000}) {
        constexpr std::int64_t b = 2, wide = 5, first = 2;
        const space S(n, 2);
        const auto X = matrices::random_vector(n * b, 7);
        auto Y = matrices::random_vector(n * wide, 8);
        const auto before = Y;
        place_columns(-0.5, as_block(const_block(X.data(), n, b)), first, as_block(mutable_block(Y.data(), n, wide)),
                      S);
        bool right = true;
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < wide; ++j) {
                const auto at = static_cast<std::size_t>(i * wide + j);
                const bool placed = j >= first && j < first + b;
                right = right && Y[at] == (placed ? -0.5 * X[static_cast<std::size_t>(i * b + j - first)] : before[at]);
            }
        CHECK(right);
    }
}
