// Stacks of layers against chains of single layers, and their factors one layer at a time. The Jacobians themselves are
// compared with those of PyTorch in tests/python/chains/test_stack_chain.py.
#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/chains/stack_chain.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include "chains/measures/stack_factor_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace rhochain;

namespace {

struct random_stack {
    static constexpr std::int64_t n = 5, K = 7;

    stack_layout layout;
    std::mt19937_64 engine{11};
    std::vector<std::vector<double>> weights;
    std::vector<std::array<std::vector<double>, 5>> rows;

    random_stack(stack_cell cell, std::int64_t layers) : layout{cell, n, layers} {
        for (std::int64_t l = 0; l < layers; ++l) {
            weights.push_back(drawn(layout.weight_rows(l) * layout.weight_columns(l), -0.7, 0.7));
            if (cell == stack_cell::gru && l > 0) clear_gate_n(weights.back());
            auto& own = rows.emplace_back();
            for (std::size_t s = 0; s < own.size(); ++s) own[s] = drawn((K + 1) * n, 0.0, 1.0);
            if (cell == stack_cell::rnn) {
                std::fill(own[1].begin(), own[1].end(), 1.0);
                std::fill(own[2].begin(), own[2].end(), 0.0);
            }
        }
    }

    [[nodiscard]] std::vector<double> drawn(std::int64_t count, double low, double high) {
        std::uniform_real_distribution<double> uniform(low, high);
        std::vector<double> x(static_cast<std::size_t>(count));
        for (double& v : x) v = uniform(engine);
        return x;
    }
    // Inputs reach the gate n by the last block of rows, states by the third.
    static void clear_gate_n(std::vector<double>& M) {
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                M[static_cast<std::size_t>((2 * n + i) * 2 * n + j)] = 0.0;
                M[static_cast<std::size_t>((3 * n + i) * 2 * n + n + j)] = 0.0;
            }
    }

    [[nodiscard]] linear_map map(std::int64_t l) const {
        return dense_operator<double>(
            {layout.weight_rows(l), layout.weight_columns(l), weights[static_cast<std::size_t>(l)]},
            dense_layout::row_major, 1);
    }
    [[nodiscard]] gate_source gates(std::int64_t l) const {
        const bool lstm = layout.cell == stack_cell::lstm;
        const auto row = [&](std::size_t s) {
            return row_source(rows[static_cast<std::size_t>(l)][s].data(), K + (lstm && s == 4 ? 1 : 0), n, n);
        };
        const auto make = lstm ? gate_source::of_lstm : gate_source::of_gru;
        return make(row(0), row(1), row(2), row(3), row(4));
    }
    [[nodiscard]] stack_chain chain() const {
        std::vector<stacked_layer> layers;
        for (std::int64_t l = 0; l < layout.layers; ++l) layers.push_back({map(l), gates(l)});
        return {layout.cell, std::move(layers)};
    }
};

std::vector<double> product(const auto& P, direction d, const std::vector<double>& x) {
    const const_block X(x.data(), static_cast<std::int64_t>(x.size()));
    const ChainResult found = d == direction::forward ? P.jvp(X) : P.vjp(X);
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = std::ldexp(found.mantissas[i], static_cast<int>(found.exponents[0]));
    return y;
}

double largest_difference(const std::vector<double>& x, const std::vector<double>& y) {
    double found = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) found = std::max(found, std::abs(x[i] - y[i]));
    return found;
}

constexpr std::array cells{stack_cell::rnn, stack_cell::gru, stack_cell::lstm};

}  // namespace

TEST_CASE("a stack of one layer is the chain of that layer") {
    for (const stack_cell cell : {stack_cell::gru, stack_cell::lstm}) {
        random_stack given(cell, 1);
        const stack_chain P = given.chain();
        const gated_chain single(given.map(0), given.gates(0));
        const std::vector<double> v = given.drawn(P.size(), -1.0, 1.0);
        for (const direction d : {direction::forward, direction::backward})
            CHECK(largest_difference(product(P, d, v), product(single, d, v)) < 1e-14);
    }
}

TEST_CASE("backward is the transpose of forward in stacks of every cell") {
    for (const stack_cell cell : cells)
        for (const std::int64_t layers : {1, 2, 3}) {
            random_stack given(cell, layers);
            const stack_chain P = given.chain();
            CHECK(P.steps() == given.K);
            CHECK(P.size() == given.layout.size());
            const std::vector<double> v = given.drawn(P.size(), -1.0, 1.0), g = given.drawn(P.size(), -1.0, 1.0);
            const std::vector<double> Pv = product(P, direction::forward, v), Pg = product(P, direction::backward, g);
            double left = 0.0, right = 0.0, scale = 0.0;
            for (std::size_t i = 0; i < v.size(); ++i) {
                left += Pv[i] * g[i];
                right += v[i] * Pg[i];
                scale += std::abs(Pv[i] * g[i]);
            }
            CHECK(std::abs(left - right) <= 1e-13 * scale);
        }
}

TEST_CASE("factors layer by layer give the product, and their magnitudes are as large") {
    for (const stack_cell cell : cells) {
        random_stack given(cell, 3);
        const stack_chain P = given.chain();
        stack_factor_reader factors(P);
        CHECK(factors.steps() == 3 * given.K);
        const space& S = P.domain();
        std::vector<double> v = given.drawn(P.size(), -1.0, 1.0), y(v.size()), large(v.size()), above(v.size());
        const std::vector<double> expected = product(P, direction::forward, v);
        for (std::int64_t k = 0; k < factors.steps(); ++k) {
            double squares = 0.0;
            const auto fidelity = factors.select(k);
            CHECK(fidelity.provable);
            for (std::size_t i = 0; i < v.size(); ++i) large[i] = std::abs(v[i]);
            CHECK(factors.apply(direction::forward, as_vector(std::as_const(v)), as_vector(y), {&squares, 1}) == 0);
            double sum = 0.0;
            for (const double x : y) sum += x * x;
            CHECK(squares == doctest::Approx(sum).epsilon(1e-14));
            factors.apply_magnitudes(direction::forward, false, as_vector(std::as_const(large)), as_vector(above),
                                     {&squares, 1});
            for (std::size_t i = 0; i < v.size(); ++i) CHECK(std::abs(y[i]) <= above[i] * (1.0 + 1e-14));
            std::swap(v, y);
        }
        CHECK(largest_difference(v, expected) < 1e-14);
        CHECK(S.size() == P.size());
        const Bracket norm = chain_norm(P);
        CHECK(norm.lower.value <= norm.upper.value);
    }
}

TEST_CASE("weights far from 1 are brought into range layer by layer") {
    random_stack given(stack_cell::rnn, 2), scaled = given;
    for (double& w : scaled.weights[0]) w = std::ldexp(w, 300);
    for (double& w : scaled.weights[1]) w = std::ldexp(w, -300);
    const stack_chain P = scaled.chain();
    const std::vector<double> v = given.drawn(P.size(), -1.0, 1.0);
    const ChainResult far = P.jvp(const_block(v.data(), P.size()));
    const ChainResult near = given.chain().jvp(const_block(v.data(), P.size()));
    CHECK(far.exponents[0] > 2000);
    CHECK(near.exponents[0] < 100);
}

TEST_CASE("inputs reach a layer whose other coefficients vanish, whatever the exponent of its weights") {
    for (const double r : {1e-250, 1e-310, 0.0})
        for (const int e : {0, 300, -300}) {
            random_stack given(stack_cell::gru, 2);
            auto& gates = given.rows[1];
            std::fill(gates[1].begin(), gates[1].end(), r);
            std::fill(gates[2].begin(), gates[2].end(), 0.0);
            const std::vector<double> v = given.drawn(2 * given.n, -1.0, 1.0);
            const std::vector<double> expected = product(given.chain(), direction::forward, v);
            for (double& w : given.weights[1]) w = std::ldexp(w, e);
            std::vector<double> found = product(given.chain(), direction::forward, v);
            CAPTURE(r);
            CAPTURE(e);
            for (std::size_t i = given.n; i < 2 * given.n; ++i) {
                CHECK(expected[i] != 0.0);
                CHECK(std::ldexp(found[i], -e) == doctest::Approx(expected[i]).epsilon(1e-14));
            }
        }
}

TEST_CASE("layers that do not fit are refused") {
    random_stack given(stack_cell::gru, 2);
    CHECK_THROWS_WITH_AS(stack_chain(stack_cell::gru, {}), "layers: got none, expected at least one",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(stack_chain(stack_cell::gru, {{given.map(1), given.gates(0)}}),
                         "layers[0]: got weights of shape (20, 10), expected (15, 5)", std::invalid_argument);
    CHECK_THROWS_WITH_AS(stack_chain(stack_cell::lstm, {{given.map(0), given.gates(0)}}),
                         "layers[0]: got the gates of another cell", std::invalid_argument);
}
