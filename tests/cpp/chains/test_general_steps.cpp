// Leaks of neurons and linear parts: the chains that they are equal to, and what is refused.
#include "naive_chain.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace rhochain;
using namespace naive_chain;

TEST_CASE("equal leaks are one leak, and a linear part I is none, to the last bit of long products") {
    for (const convention form : {convention::pre, convention::post}) {
        const network N(20, 300, form, 0.3, 2.0);
        const auto W = N.matrix();
        const std::vector<double> x = gaussian(N.n, 1);
        ChainOptions equal = N.options, identity = N.options;
        equal.leak = neuron_leaks(N.leaks, space(N.n, 1));
        std::vector<double> I(N.W.size(), 0.0);
        for (std::size_t i = 0; i < I.size(); i += static_cast<std::size_t>(N.n) + 1) I[i] = 1.0;
        identity.linear = linear_part{dense_operator<double>({N.n, N.n, I}, dense_layout::row_major, 1)};
        const jacobian_chain P(W, N.slopes(), N.options), Q(W, N.slopes(), equal), R(W, N.slopes(), identity);
        CHECK(P.jvp(x).mantissas == Q.jvp(x).mantissas);
        CHECK(P.vjp(x).mantissas == Q.vjp(x).mantissas);
        const auto expected = P.vjp(x).log_norms, got = R.vjp(x).log_norms;
        for (std::size_t k = 0; k < got.size(); ++k) CHECK(got[k] == doctest::Approx(expected[k]).epsilon(1e-13));
    }
}

TEST_CASE("a linear part has no weight beside leaks of 1") {
    const network N = network(20, 50, convention::pre, 1.0, 2.0).with_linear(3);
    const auto W = N.matrix();
    const std::vector<double> x = gaussian(N.n, 1);
    const jacobian_chain P(W, N.slopes(), N.options), Q(W, N.slopes(), N.chain_options());
    CHECK(P.jvp(x).mantissas == Q.jvp(x).mantissas);
    CHECK(P.vjp(x).log_norms == Q.vjp(x).log_norms);
}

TEST_CASE("leaks and linear parts that do not fit are named, with the index of a leak out of range") {
    const network N(20, 5, convention::pre, 1.0, 2.0);
    const auto W = N.matrix();
    std::vector<double> leaks(20, 0.5);
    for (const double bad : {0.0, -0.5, 1.5, std::nan("")}) {
        leaks[7] = bad;
        const std::string words = "leak[7]: got " + std::to_string(bad) + ", expected 0 < leak <= 1";
        CHECK_THROWS_WITH_AS(neuron_leaks(leaks, space(20, 1)), words.c_str(), std::invalid_argument);
    }
    leaks.resize(19, 0.5);
    leaks[7] = 0.25;
    CHECK_THROWS_AS(neuron_leaks(leaks, space(20, 1)), std::invalid_argument);
    CHECK_THROWS_WITH_AS(jacobian_chain(W, N.slopes(), {.leak = neuron_leaks(leaks, space(19, 1))}),
                         "leak: got 19 numbers, expected 20, one for each neuron", std::invalid_argument);
    const std::vector<double> O(19 * 20, 0.1);
    CHECK_THROWS_WITH_AS(
        jacobian_chain(W, N.slopes(), {.leak = 0.5, .linear = linear_part{dense_operator<double>({19, 20, O})}}),
        "linear: got a matrix of shape 19 x 20, expected that of W, 20 x 20", std::invalid_argument);
    for (const double bad : {-0.5, std::nan(""), std::numeric_limits<double>::infinity()})
        CHECK_THROWS_AS(jacobian_chain(W, N.slopes(), {.linear = linear_part{W, bad}}), std::invalid_argument);
}
