#include "matrices.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/rhochain.hpp>

#include "spectra/radius/commutator.hpp"
#include "spectra/radius/power_filter.hpp"
#include "spectra/radius/walk_depth.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace rhochain;
using matrices::bands;
using matrices::grcar;

TEST_CASE("the bound from powers fails about as often as it may, the least over all steps taken") {
    // For diag(1, 1/2, ..) the least bound is that of k -> infinity, which fails when |z_1| < delta sqrt(pi) / 2: with
    // probability 0.705 delta.
    const auto W = bands(6, {{0, 0.5}}, false);
    csr<double, std::int32_t> D = W;
    D.values[0] = 1.0;
    const irreducible_block block(sparse_operator(D.view(), 1));
    constexpr double delta = 0.2;
    constexpr int trials = 2000;
    int failures = 0;
    for (std::uint64_t seed = 0; seed < trials; ++seed) {
        power_filter powers(block, seed, 0, delta);
        for (int k = 0; k < 300; ++k) powers.step();
        failures += powers.upper().value < 1.0;
    }
    const double expected = 0.705 * delta * trials;
    CHECK(std::abs(failures - expected) < 4.0 * std::sqrt(expected));
}

TEST_CASE("walk depths of a directed path with a way back") {
    // i -> i + 1 and n - 1 -> 0, but from 3 on there is a shortcut back to 0.
    constexpr std::int64_t n = 40;
    csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    for (std::int64_t i = 0; i < n; ++i) {
        if (i >= 3) {
            W.indices.push_back(0);
            W.values.push_back(i == n - 1 ? -1.0 : 1e-6);
        }
        if (i + 1 < n) {
            W.indices.push_back(static_cast<std::int32_t>(i + 1));
            W.values.push_back(-1.0);
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    const irreducible_block block(sparse_operator(W.view(), 1));
    Ledger ledger({}, block.domain());
    CHECK(walk_depth(block, walk_direction::into, 1.0, 100, ledger) == 3);
    CHECK(walk_depth(block, walk_direction::out_of, 1.0, 100, ledger) == n - 1);
    CHECK(!walk_depth(block, walk_direction::out_of, 1.0, n - 2, ledger));
    // Weak edges do not count: 2^-40 1e8 leaves out all ways back but the last.
    CHECK(walk_depth(block, walk_direction::into, 1e4, 100, ledger) == 3);
    CHECK(walk_depth(block, walk_direction::into, 1e8, 100, ledger) == n - 1);
    CHECK(!walk_depth(block, walk_direction::into, 1e14, 100, ledger));
}

TEST_CASE("a circulant commutes with its transpose, the same band cut open does not") {
    const SolverOptions options;
    Ledger ledger(options, space(5000, 1));
    for (const bool wrapped : {true, false}) {
        const auto W = bands(5000, grcar, wrapped);
        const irreducible_block block(sparse_operator(W.view(), 1));
        CHECK(commutes_with_adjoint(block, options, ledger) == wrapped);
    }
}

TEST_CASE("the growth of a circulant is claimed, of the same band cut open only what returns") {
    // |f| on the circle is largest near 0.9 rad.
    double top = 0.0;
    for (int i = 0; i < 100000; ++i) {
        const std::complex<double> z = std::polar(1.0, 6.283185307179586 * i / 100000);
        top = std::max(top, std::abs(-1.0 / z + 1.0 + z + z * z + z * z * z));
    }
    const auto ring = bands(40000, grcar, true);
    const Bracket closed = spectral_radius(sparse_operator(ring.view(), 1));
    CHECK(closed.lower.value <= top);
    CHECK(closed.lower.value >= 0.99 * top);
    const auto band = bands(40000, grcar, false);
    const Bracket open = spectral_radius(sparse_operator(band.view(), 1));
    constexpr double radius = 2.265629;
    CHECK(open.lower.grade == Grade::estimate);
    CHECK(open.lower.value <= radius);
    CHECK(open.lower.value >= 0.995 * radius);
    CHECK(open.upper.value >= radius);
    CHECK(open.upper.value <= 1.003 * radius);
    CHECK(open.status == Status::bracketed);
}

TEST_CASE("an interrupt that is true once ends a radius, whichever of its runs asks") {
    const auto band = bands(200'000, grcar, false);
    int calls = 0;
    SolverOptions options{.rtol = 1e-6};
    options.interrupt = [&calls] { return ++calls == 1; };
    CHECK(spectral_radius(sparse_operator(band.view(), 1), options).status == Status::budget_spent);
    CHECK(calls == 1);
}

TEST_CASE("a refuted estimate gives way to the graded bound behind it") {
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "zero"};
    b.upper = {Bracket::infinity, Grade::proved, 0.0, "no bound"};
    tighten_lower(b, {1.0, Grade::proved, 0.0, "trace"});
    tighten_lower(b, {3.2, Grade::estimate, 0.0, "growth"});
    CHECK(graded_lower(b).source == "trace");
    tighten_upper(b, {5.0, Grade::probable, 0.1, "powers"});
    b.value = 3.2;
    clamp_value(b);
    CHECK(b.lower.source == "growth");
    tighten_upper(b, {2.3, Grade::probable, 0.1, "powers"});
    clamp_value(b);
    CHECK(b.lower.source == "trace");
    CHECK(b.lower.value == 1.0);
    CHECK(b.value == 2.3);
    // A later, tighter graded bound stays behind an estimate that lies above it.
    tighten_lower(b, {2.2, Grade::estimate, 0.0, "growth"});
    tighten_lower(b, {1.5, Grade::proved, 0.0, "second trace"});
    CHECK(b.lower.source == "growth");
    CHECK(graded_lower(b).source == "second trace");
    CHECK(graded_upper(b).value == 2.3);
}
