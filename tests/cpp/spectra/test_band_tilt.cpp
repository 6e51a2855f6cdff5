#include "matrices.hpp"

#include <rhochain/rhochain.hpp>

#include "spectra/radius/return_rate.hpp"
#include "spectra/structure/band_tilt.hpp"
#include "spectra/structure/unscaled_vector.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace rhochain;
using matrices::bands;
using matrices::grcar;
using matrices::random_band;

namespace {

double tilt_of(const csr<double, std::int32_t>& W, std::int64_t reach) {
    Ledger ledger({}, space(W.n_rows, 1));
    return least_norm_tilt({W.view()}, reach, ledger);
}

}  // namespace

TEST_CASE("a tilted band is D A D^-1 to 2^-50 an entry, whatever t") {
    std::mt19937_64 random(std::random_device{}());
    const auto A = random_band(300, 5, random);
    for (const double t : {0.0, 0.5, -1.25, 40.0, -40.0, 0x1p-20}) {
        CAPTURE(t);
        const tilted_band B = tilted(sparse_operator(A.view(), 1), t, 5, 0);
        CHECK(B.map.threads() == 1);
        REQUIRE(B.map.entries() != nullptr);
        std::vector<double> entries;
        B.map.entries()->visit([&](const auto& view) {
            for (std::int64_t p = 0; p < view.row_end(view.rows() - 1); ++p)
                entries.push_back(static_cast<double>(view.value(p)));
        });
        REQUIRE(entries.size() == A.values.size());
        for (std::int64_t i = 0; i < 300; ++i)
            for (std::int64_t p = A.view().row_begin(i); p < A.view().row_end(i); ++p) {
                const auto q = static_cast<std::size_t>(p);
                const long double distance = static_cast<long double>(A.indices[q] - i);
                const long double exact = std::exp(static_cast<long double>(t) * distance) * A.values[q];
                const long double own = std::ldexp(static_cast<long double>(entries[q]), B.exponent);
                CHECK(std::abs(own - exact) <= tilt_rounding * std::abs(exact));
            }
    }
}

TEST_CASE("the tilt of the least norm is known for tridiagonal and for Grcar matrices") {
    // (b, a, c): equal moduli off the diagonal, e^{2t} = |b / c|.
    for (const auto& sides : {std::pair{4.0, 1.0}, std::pair{1.0, 9.0}, std::pair{-1e6, 1e-6}, std::pair{1e-3, -1.0}}) {
        const double b = sides.first, c = sides.second;
        CAPTURE(b);
        const double t = tilt_of(bands(5000, {{-1, b}, {0, 0.5}, {1, c}}, false), 1);
        CHECK(t == doctest::Approx(0.5 * std::log(std::abs(b / c))).epsilon(2e-3));
    }
    CHECK(std::exp(tilt_of(bands(100'000, grcar, false), 3)) == doctest::Approx(0.65).epsilon(0.02));
}

TEST_CASE("no tilt where it gains nothing or could leave the range of numbers") {
    CHECK(tilt_of(bands(2000, {{-1, 1.0}, {0, 2.0}, {1, 1.0}}, false), 1) == 0.0);
    CHECK(tilt_of(bands(2000, {{-1, 1e-100}, {0, 2.0}, {1, 1e100}}, false), 1) == 0.0);
    CHECK(tilt_of(bands(2000, {{-1, 4e-300}, {0, 2e-300}, {1, 1e-300}}, false), 1) ==
          doctest::Approx(std::log(2.0)).epsilon(2e-3));
    Ledger ledger({.max_matvecs = 3}, space(2000, 1));
    const auto W = bands(2000, grcar, false);
    CHECK(least_norm_tilt({W.view()}, 3, ledger) == 0.0);
}

TEST_CASE("an eigenvector of the tilted band is one of the band, in range where D is not") {
    // Tridiagonal Toeplitz (b, 0, c): x_i = (b / c)^{i/2} sin(pi i / (n + 1)).
    constexpr std::size_t n = 4000;
    constexpr double pi = 3.14159265358979323846;
    const double t = 0.75;
    std::vector<std::complex<double>> y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = std::polar(std::sin(pi * static_cast<double>(i + 1) / (n + 1)), 0.3);
    const auto x = unscaled(y, tilt_logarithms(t, n));
    double squares = 0.0;
    for (const auto& entry : x) squares += std::norm(entry);
    CHECK(squares == doctest::Approx(1.0).epsilon(1e-13));
    CHECK(std::abs(x.front()) == 0.0);
    const double b = std::exp(t), c = std::exp(-t), theta = 2.0 * std::cos(pi / (n + 1));
    for (std::size_t i = 1; i < n; ++i) {
        const std::complex<double> after = i + 1 < n ? x[i + 1] : 0.0;
        CHECK(std::abs(b * x[i - 1] + c * after - theta * x[i]) <= 1e-11);
    }
}

TEST_CASE("what returns in a band grows like the outermost point of the limit of its spectra") {
    Ledger ledger({}, space(60'000, 1));
    struct known {
        std::vector<std::pair<std::int64_t, double>> diagonals;
        std::int64_t reach;
        double radius;
    };
    // z^-1 + z^2: the limit is a star of three arms of length 3 / 4^(1/3) (Schmidt & Spitzer 1960).
    const std::vector<known> cases{{{{-1, 1.0}, {0, 0.5}, {1, 1.0}}, 1, 2.5},
                                   {{{-1, 3.0}, {1, -0.5}}, 1, 2.0 * std::sqrt(1.5)},
                                   {grcar, 3, 2.265629},
                                   {{{-1, 1.0}, {2, 1.0}}, 2, 3.0 / std::cbrt(4.0)}};
    for (const known& k : cases) {
        CAPTURE(k.radius);
        const auto W = bands(60'000, k.diagonals, false);
        const auto B = tilted(sparse_operator(W.view(), 1), tilt_of(W, k.reach), k.reach, 0);
        const irreducible_block block(B.map, {.reach = k.reach});
        const auto rate = return_rate(block, ledger);
        REQUIRE(rate.has_value());
        const double found = std::ldexp(*rate, B.exponent);
        CHECK(found <= k.radius * (1.0 + 1e-4));
        CHECK(found >= k.radius * (1.0 - 3e-3));
    }
}

TEST_CASE("nothing returns in a shift, and a short band is too short") {
    for (const std::int64_t n : {200, 20'000}) {
        const auto W = bands(n, {{1, 2.0}}, false);
        const irreducible_block block(sparse_operator(W.view(), 1), {.reach = 1});
        Ledger ledger({}, block.domain());
        CHECK(!return_rate(block, ledger));
    }
}
