#include "matrices.hpp"

#include <doctest/doctest.h>

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include "kernels/solvers/rotated_parts.hpp"
#include "kernels/solvers/slope_ops.hpp"
#include "spectra/growth/rotated_map.hpp"

#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

using namespace rhochain;
using complex = std::complex<double>;

namespace {

// n x columns
block_out block_of(std::vector<double>& X, std::int64_t columns) {
    return as_block(mutable_block(X.data(), static_cast<std::int64_t>(X.size()) / columns, columns));
}

complex pair_entry(const std::vector<double>& X, std::int64_t columns, std::int64_t i, std::int64_t j) {
    const auto p = static_cast<std::size_t>(i * columns + 2 * j);
    return {X[p], X[p + 1]};
}

}  // namespace

TEST_CASE("products with rotated Hermitian parts against plain sums, and H(t) = H(t)^*") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    const std::int64_t n = 37;
    const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.3, seed);
    const std::vector<double> D = matrices::dense(W.view());
    const std::vector<double> angles{0.0, 0.7, std::numbers::pi / 2};
    const std::vector<rotated_map::weights> w{{1.5, 0.0, 0.0}, {1.0, -2.0, 0.5}, {2.0, 1.0, -1.0}};
    for (const int threads : {1, 2}) {
        rotated_map H(linear_map(W.view()).with(threads), angles);
        std::vector<double> X = matrices::random_vector(n * 6, seed + 1), Z = matrices::random_vector(n * 6, seed + 2);
        std::vector<double> Y(X.size());
        H.apply(w, block_of(X, 6), block_of(Z, 6), block_of(Y, 6));
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < 3; ++j) {
                const auto k = static_cast<std::size_t>(j);
                const complex e = std::polar(1.0, angles[k]);
                complex h = 0.0;
                for (std::int64_t c = 0; c < n; ++c)
                    h += 0.5 *
                         (e * D[static_cast<std::size_t>(i * n + c)] +
                          std::conj(e) * D[static_cast<std::size_t>(c * n + i)]) *
                         pair_entry(X, 6, c, j);
                const complex wanted =
                    w[k].product * h + w[k].own * pair_entry(X, 6, i, j) + w[k].before * pair_entry(Z, 6, i, j);
                CHECK(std::abs(pair_entry(Y, 6, i, j) - wanted) < 1e-12);
            }
        // y^* H x = (H y)^* x
        const std::vector<rotated_map::weights> plain(3, {1.0, 0.0, 0.0});
        std::vector<double> HX(X.size()), HZ(X.size());
        H.apply(plain, block_of(X, 6), block_of(X, 6), block_of(HX, 6));
        H.apply(plain, block_of(Z, 6), block_of(X, 6), block_of(HZ, 6));
        const space S(n, threads);
        const auto left = pair_products(block_of(Z, 6), block_of(HX, 6), S);
        const auto right = pair_products(block_of(HZ, 6), block_of(X, 6), S);
        for (std::size_t j = 0; j < 3; ++j) CHECK(std::abs(left[j] - right[j]) < 1e-11);
    }
}

TEST_CASE("rows and columns share ||H(t) x||^2: half the sum of their shares, row by row") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    const std::int64_t n = 12;
    const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.5, seed);
    const std::vector<double> angle{0.9};
    std::vector<double> X = matrices::random_vector(2 * n, seed + 1), Y(X.size());
    const std::vector<rotated_map::weights> plain(1, {1.0, 0.0, 0.0});
    rotated_map H(linear_map(W.view()).with(1), angle);
    H.apply(plain, block_of(X, 2), block_of(X, 2), block_of(Y, 2));
    std::vector<double> rows(static_cast<std::size_t>(n)), columns(rows.size()), squares(rows.size());
    H.shares(as_vector(rows), as_vector(columns), as_vector(squares));
    double total = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(rows[i] + columns[i] == doctest::Approx(2.0 * squares[i]));
        total += squares[i];
    }
    CHECK(total == doctest::Approx(pair_products(block_of(Y, 2), block_of(Y, 2), space(n, 1)).front().real()));
}

TEST_CASE("slopes of a byte each: products, sums and choices against plain loops") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    const std::int64_t n = 20'000;
    std::mt19937 gen{seed};
    std::vector<std::uint8_t> active(static_cast<std::size_t>(n));
    for (auto& on : active) on = static_cast<std::uint8_t>(gen() % 2);
    const std::vector<double> z = matrices::random_vector(n, seed), x = matrices::random_vector(n, seed + 1);
    double total = 0.0;
    std::vector<double> wanted;
    for (std::size_t i = 0; i < x.size(); ++i) {
        wanted.push_back((active[i] != 0 ? 1.1 : -0.2) * x[i]);
        total += z[i] * wanted.back();
    }
    double first = 0.0;
    for (const int threads : {1, 2}) {
        const space S(n, threads);
        std::vector<double> y(x.size());
        apply_slopes(active, -0.2, 1.1, as_vector(x), as_vector(y), S);
        CHECK(y == wanted);
        const double sum = dot_with_slopes(as_vector(z), active, -0.2, 1.1, as_vector(x), S);
        CHECK(sum == doctest::Approx(total).epsilon(1e-10));
        if (threads == 1) first = sum;
        CHECK(sum == first);
        std::vector<std::uint8_t> chosen = active;
        const std::int64_t changes = choose_slopes(-1.0, as_vector(z), as_vector(x), chosen, S);
        std::int64_t counted = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            CHECK(chosen[i] == (z[i] * x[i] < 0.0 ? 1 : 0));
            counted += chosen[i] != active[i] ? 1 : 0;
        }
        CHECK(changes == counted);
    }
}
