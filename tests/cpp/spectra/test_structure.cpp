#include "dense_matrices.hpp"
#include "matrices.hpp"

#include <rhochain/rhochain.hpp>

#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/entry_sums.hpp"
#include "spectra/structure/signature.hpp"
#include "spectra/structure/trace_bounds.hpp"

#include <doctest/doctest.h>

using namespace rhochain;
using matrices::absolute;
using matrices::dense_radius;
using matrices::sparse;

TEST_CASE("the signature search agrees with rho(W) = rho(|W|) on random irreducible matrices") {
    // Few entries, so that all three answers occur: a signature, a negative period, neither.
    int agreed[2] = {0, 0};
    int with_negative_period = 0;
    for (unsigned seed = 0; seed < 6000; ++seed) {
        const std::int64_t n = 2 + seed % 5;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.25 + 0.1 * (seed % 3), seed);
        const auto P = strong_components(W.view());
        if (P.count != 1 || P.cyclic.empty()) continue;
        const auto view = W.view();
        const std::vector<std::int64_t> twice{0, 0};
        const auto answers = modulus_decides({view}, P, twice);
        const bool found = answers.front();
        CHECK(answers.back() == found);
        const auto D = matrices::dense(view);
        const double whole = dense_radius(absolute(D), n);
        CHECK((dense_radius(D, n) > whole * (1.0 - 1e-9)) == found);
        ++agreed[found ? 1 : 0];
        double trace = 0.0;
        for (std::int64_t i = 0; i < n; ++i) trace += D[static_cast<std::size_t>(i * n + i)];
        with_negative_period += found && trace < 0.0;
    }
    CHECK(agreed[0] > 100);
    CHECK(agreed[1] > 100);
    CHECK(with_negative_period > 10);
}

TEST_CASE("a block with a hidden signature is solved with PROVED bounds, one wrong sign ends that") {
    const auto W = matrices::random_csr<double, std::int32_t>(300, 300, 0.03, 5);
    auto D = absolute(matrices::dense(W.view()));
    const auto s = matrices::random_vector(300, 6);
    for (std::size_t i = 0; i < 300; ++i)
        for (std::size_t j = 0; j < 300; ++j) D[i * 300 + j] *= s[i] * s[j] > 0.0 ? 1.0 : -1.0;
    const double truth = dense_radius(D, 300);
    for (const double sign : {1.0, -1.0}) {
        auto signed_entries = D;
        for (double& w : signed_entries) w *= sign;
        const auto V = sparse(signed_entries, 300);
        const Bracket b = spectral_radius(V.view());
        CHECK(b.lower.grade == Grade::proved);
        CHECK(b.upper.grade == Grade::proved);
        CHECK(b.lower.value <= truth * (1.0 + 1e-12));
        CHECK(b.upper.value >= truth * (1.0 - 1e-12));
        CHECK(relative_width(b) <= 1e-3);
    }
    auto V = sparse(D, 300);
    V.values[7] = -V.values[7];
    CHECK(spectral_radius(V.view()).lower.grade != Grade::proved);
}

TEST_CASE("trace bounds hold, are attained by scaled orthogonal matrices, and know 2 x 2 blocks exactly") {
    for (unsigned seed = 0; seed < 400; ++seed) {
        const std::int64_t n = 1 + seed % 6;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.6, seed);
        const auto P = strong_components(W.view());
        const auto sums = sum_traces({W.view()}, 1.0, P);
        const double truth = dense_radius(matrices::dense(W.view()), n);
        for (const std::int64_t c : P.cyclic) {
            const auto size = static_cast<std::int64_t>(P.members(c).size());
            CHECK(trace_lower_bound(sums[static_cast<std::size_t>(c)], size) <= truth * (1.0 + 1e-7));
            if (P.count > 1 || size != 2) continue;
            const radius_interval r = two_by_two_radius(sums[static_cast<std::size_t>(c)]);
            CHECK(r.lower <= truth * (1.0 + 1e-12));
            CHECK(r.upper >= truth * (1.0 - 1e-12));
            CHECK(r.upper - r.lower <= 1e-6 * truth);
        }
    }
    const std::vector<double> reflection{0.6, 0.8, 0.8, -0.6};
    const auto R = sparse(reflection, 2);
    const auto P = strong_components(R.view());
    CHECK(trace_lower_bound(sum_traces({R.view()}, 1.0, P).front(), 2) == doctest::Approx(1.0).epsilon(1e-12));
    // Unsorted rows: no tr W^2, and no error.
    auto U = R;
    std::swap(U.indices[0], U.indices[1]);
    std::swap(U.values[0], U.values[1]);
    const trace_sums unsorted = sum_traces({U.view()}, 1.0, P).front();
    CHECK(!unsorted.squared);
    CHECK(trace_lower_bound(unsorted, 2) == 0.0);
}

TEST_CASE("zeros of either sign leave a block nonnegative") {
    const std::vector<std::int32_t> p{0, 3, 5, 7}, j{0, 1, 2, 0, 2, 0, 1};
    const std::vector<double> w{-0.0, 1.0, 2.0, 3.0, -0.0, 1.0, 0.5};
    const csr_view<double, std::int32_t> W{3, 3, p, j, w};
    const linear_map A = sparse_operator(W);
    const auto P = strong_components(W);
    const auto summary = summarise_components({W}, P, sums_of_entries(A, P, component_quantity::radius)).front();
    CHECK(summary.nonnegative);
    CHECK(summary.entries == 5);
    CHECK(spectral_radius(W).lower.grade == Grade::proved);
}
