#include "symmetric_matrices.hpp"

#include <rhochain/rhochain.hpp>

#include "spectra/structure/symmetrizing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace rhochain;
using matrices::random_scaling;
using matrices::random_symmetric;
using matrices::sparse;
using matrices::spread;

namespace {

component_symmetry only(const stored_entries& W) {
    const auto P = strong_components(W);
    REQUIRE(P.count == 1);
    return symmetrize(W, P).of.front();
}

// |D W D^-1 - S| <= error |S| in extended precision.
template <class Scalar>
void check_copy(const csr<Scalar, std::int32_t>& W) {
    const auto P = strong_components(W.view());
    const symmetrizing found = symmetrize({W.view()}, P);
    const linear_map S = symmetrized(sparse_operator(W.view(), 1), 0);
    std::vector<double> entries;
    S.entries()->visit([&](const auto& view) {
        for (std::int64_t p = 0; p < view.row_end(view.rows() - 1); ++p)
            entries.push_back(static_cast<double>(view.value(p)));
    });
    REQUIRE(entries.size() == W.values.size());
    const auto T = transpose(csr_view<double, std::int32_t>{W.n_rows, W.n_cols, W.indptr, W.indices, entries});
    for (std::size_t p = 0; p < entries.size(); ++p) CHECK(std::abs(T.values[p]) == std::abs(entries[p]));
    for (std::size_t i = 0; i < static_cast<std::size_t>(W.n_rows); ++i)
        for (auto p = static_cast<std::size_t>(W.indptr[i]); p < static_cast<std::size_t>(W.indptr[i + 1]); ++p) {
            const auto j = static_cast<std::size_t>(W.indices[p]);
            const double apart = found.d.empty() ? 0.0 : found.d[i] - found.d[j];
            const long double b = std::exp(static_cast<long double>(apart)) * static_cast<long double>(W.values[p]);
            CHECK(std::abs(b - static_cast<long double>(entries[p])) <=
                  static_cast<long double>(found.of.front().error) * std::abs(entries[p]));
        }
}

}  // namespace

TEST_CASE("the scaling is found where there is one, and the copy is D W D^-1 within its error") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        const std::int64_t n = 3 + seed;
        CAPTURE(seed);
        for (const double side : {1.0, -1.0}) {
            const auto S = random_symmetric(n, 0.3, side, seed);
            const auto as_stored = sparse(S, n);
            const symmetry expected = side > 0.0 ? symmetry::symmetric : symmetry::skew;
            CHECK(only({as_stored.view()}).kind == expected);
            CHECK(only({as_stored.view()}).as_stored);
            CHECK(only({as_stored.view()}).error == 0.0);
            for (const double size : {1e-3, 1.0, 30.0}) {
                const auto W = sparse(spread(S, random_scaling(n, size, seed + 100)), n);
                const component_symmetry found = only({W.view()});
                CHECK(found.kind == expected);
                CHECK(!found.as_stored);
                CHECK(found.error < 1e-11);
                check_copy(W);
                const auto single = sparse<float>(spread(S, random_scaling(n, size, seed + 100)), n);
                if (size > 1.0) continue;
                CHECK(only({single.view()}).kind == expected);
                CHECK(only({single.view()}).error < 1e-6);
                check_copy(single);
            }
        }
    }
}

TEST_CASE("one sign leaves the moduli alone symmetric; one cycle that disagrees, or one missing entry, nothing") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        const std::int64_t n = 10 + seed;
        const auto order = static_cast<std::size_t>(n);
        auto D = spread(random_symmetric(n, 0.4, 1.0, seed), random_scaling(n, 1.0, seed + 50));
        // An entry beside the path closes a cycle.
        std::size_t i = 0, j = 0;
        for (std::size_t k = 0; k < order * order; ++k)
            if (D[k] != 0.0 && k / order > k % order + 1) i = k / order, j = k % order;
        REQUIRE(i > j + 1);
        const double w = D[i * order + j];
        const auto kind = [&](double changed) {
            D[i * order + j] = changed;
            const auto W = sparse(D, n);
            const auto T = transpose(W.view());
            const symmetry found = only({W.view()}).kind;
            CHECK(only({T.view()}).kind == found);
            const dense_view<double> view{n, n, D};
            CHECK(only({view}).kind == found);
            return found;
        };
        CHECK(kind(w) == symmetry::symmetric);
        CHECK(kind(-w) == symmetry::moduli);
        CHECK(kind(w * (1.0 + 1e-5)) == symmetry::none);
        CHECK(kind(w * 2.0) == symmetry::none);
        CHECK(kind(0.0) == symmetry::none);
        CHECK(kind(w * (1.0 + 1e-8)) == symmetry::symmetric);
        const auto nearly = sparse(D, n);
        CHECK(only({nearly.view()}).error >= 0.49e-8);
        check_copy(nearly);
    }
    // A skew matrix with a diagonal entry is not skew.
    auto K = random_symmetric(5, 0.5, -1.0, 1);
    K[0] = 1.0;
    CHECK(only({sparse(K, 5).view()}).kind == symmetry::moduli);
}

TEST_CASE("any tree has a scaling for its moduli; unsorted rows and stored zeros") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::int64_t n = 4 + 3 * seed;
        std::mt19937_64 generator(seed);
        std::vector<double> D(static_cast<std::size_t>(n * n), 0.0);
        for (std::int64_t v = 1; v < n; ++v) {
            const auto parent = static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(v));
            D[static_cast<std::size_t>(v * n + parent)] = std::exp(5.0 * matrices::random_vector(1, seed * 99 + 1)[0]);
            D[static_cast<std::size_t>(parent * n + v)] = 0.01 * static_cast<double>(v);
        }
        const auto W = sparse(D, n);
        CHECK(only({W.view()}).kind == symmetry::symmetric);
        check_copy(W);
    }
    const std::vector<std::int32_t> p{0, 3, 5, 8}, j{0, 1, 2, 0, 2, 0, 1, 2};
    const std::vector<double> w{0.0, 4.0, 1.0, 1.0, -0.0, 1.0, 0.0, 3.0};
    CHECK(only({csr_view<double, std::int32_t>{3, 3, p, j, w}}).kind == symmetry::symmetric);
    const std::vector<std::int32_t> unsorted{2, 0, 1, 0, 2, 0, 1, 2};
    const std::vector<double> swapped{1.0, 0.0, 4.0, 1.0, -0.0, 1.0, 0.0, 3.0};
    // Either the scaling or none, never a wrong one.
    const component_symmetry found = only({csr_view<double, std::int32_t>{3, 3, p, unsorted, swapped}});
    CHECK((found.kind == symmetry::none || found.kind == symmetry::symmetric));
}
