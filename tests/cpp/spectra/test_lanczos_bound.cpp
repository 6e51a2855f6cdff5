#include "matrices.hpp"

#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include "spectra/norm/lanczos_bound.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace rhochain;

TEST_CASE("a Krylov space that is invariant to rounding keeps the bound above sigma_1, whatever delta") {
    // 40 copies of two singular values: two steps exhaust the space, and a tiny delta asks for more than rounding
    // knows.
    std::vector<double> diagonal(80, 1.0);
    for (std::size_t i = 0; i < 40; ++i) diagonal[i] = 1.0 + 1e-13;
    csr<double, std::int32_t> W{80, 80, {0}, {}, {}};
    for (std::int32_t i = 0; i < 80; ++i) {
        W.indices.push_back(i);
        W.values.push_back(diagonal[static_cast<std::size_t>(i)]);
        W.indptr.push_back(i + 1);
    }
    const auto view = W.view();
    const sparse_operator A(view, 1);
    golub_kahan F(A, as_vector(matrices::random_vector(80, 3)));
    while (!F.invariant()) F.expand();
    CHECK(F.size() < 10);
    for (const double delta : {1e-3, 1e-9, 1e-30, 1e-200}) CHECK(lanczos_upper_bound(F, delta) >= 1.0 + 1e-13);
    CHECK(lanczos_upper_bound(F, 1e-9) <= 1.0 + 1e-5);
}
