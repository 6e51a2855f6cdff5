// What graded bounds rely on: the magnitudes of a factor bound it entry by entry, and raised ones keep its zeros.
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include "chains/measures/factor_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace rhochain;

namespace {

std::vector<double> numbers(std::int64_t count, double low, double high, unsigned seed) {
    std::mt19937_64 engine(seed);
    std::uniform_real_distribution<double> uniform(low, high);
    std::vector<double> x(static_cast<std::size_t>(count));
    for (double& a : x) a = uniform(engine);
    return x;
}

// Some zeros, and some so small that two of them underflow in a row.
void thin_out(std::vector<double>& x, unsigned seed) {
    std::mt19937_64 engine(seed);
    for (double& a : x) {
        const auto die = engine() % 5;
        if (die == 0) a = 0.0;
        if (die == 1) a *= 1e-200;
    }
}

using image = std::int64_t (*)(factor_reader&, direction, block_in, block_out, std::span<double>);

// s times the factor in work, or its magnitudes, as a dense matrix.
std::vector<double> dense_factor(factor_reader& P, direction d, image apply, double s = 1.0) {
    const auto N = static_cast<std::size_t>(P.size());
    std::vector<double> identity(N * N, 0.0), J(N * N), squares(N);
    for (std::size_t i = 0; i < N; ++i) identity[i * N + i] = s;
    const std::int64_t e = apply(P, d, as_block(const_block(identity.data(), P.size(), P.size())),
                                 as_block(mutable_block(J.data(), P.size(), P.size())), squares);
    CHECK(e == 0);
    return J;
}

constexpr image itself = [](factor_reader& P, direction d, block_in V, block_out Y, std::span<double> squares) {
    return P.apply(d, V, Y, squares);
};
constexpr image magnitudes = [](factor_reader& P, direction d, block_in V, block_out Y, std::span<double> squares) {
    return P.apply_magnitudes(d, false, V, Y, squares);
};
constexpr image raised = [](factor_reader& P, direction d, block_in V, block_out Y, std::span<double> squares) {
    return P.apply_magnitudes(d, true, V, Y, squares);
};

void check_factors(factor_reader& P, std::int64_t steps) {
    const auto N = static_cast<std::size_t>(P.size());
    for (std::int64_t k = 0; k < steps; ++k) {
        CHECK(P.select(k).provable);
        const auto J = dense_factor(P, direction::forward, itself);
        const auto backward = dense_factor(P, direction::backward, itself);
        for (const direction d : {direction::forward, direction::backward}) {
            const auto factor = dense_factor(P, d, itself);
            const auto bound = dense_factor(P, d, magnitudes);
            const auto above = dense_factor(P, d, raised, 0x1p300);
            for (std::size_t i = 0; i < N * N; ++i) {
                CHECK(bound[i] >= std::abs(factor[i]) * (1.0 - 1e-14));
                CHECK(above[i] >= 0x1p300 * bound[i]);
                CHECK((above[i] == 0.0 || above[i] >= 0x1p-1022));
            }
        }
        const double largest =
            *std::max_element(J.begin(), J.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
        for (std::size_t i = 0; i < N; ++i) {
            std::int64_t terms = 0;
            for (std::size_t j = 0; j < N; ++j) {
                CHECK(backward[j * N + i] == doctest::Approx(J[i * N + j]).epsilon(1e-13).scale(std::abs(largest)));
                terms += J[i * N + j] != 0.0;
            }
            CHECK(terms <= P.row_terms());
        }
    }
}

}  // namespace

TEST_CASE("magnitudes of the factors of a plain chain") {
    constexpr std::int64_t n = 5, K = 3;
    auto W = numbers(n * n, -1.0, 1.0, 1), S = numbers(K * n, -1.0, 1.0, 2);
    thin_out(W, 3);
    thin_out(S, 4);
    const dense_operator<double> A({n, n, W});
    auto O = numbers(n * n, -1.0, 1.0, 5);
    thin_out(O, 6);
    const std::vector<double> leaks{0.3, 1.0, 0.9, 1e-3, 0.5};
    for (const convention form : {convention::pre, convention::post})
        for (const neuron_leaks& leak : {neuron_leaks(1.0), neuron_leaks(0.3), neuron_leaks(leaks, space(n, 1))})
            for (const int linear : {0, 1, 2}) {
                ChainOptions options{form, leak};
                if (linear == 1) options.linear = linear_part{dense_operator<double>({n, n, O})};
                if (linear == 2) options.linear = linear_part{dense_operator<double>({n, n, O}), 0.25};
                const jacobian_chain P(A, slope_source::of_slopes(row_source(S.data(), K, n, n)), options);
                slope_factor_reader factors(P);
                check_factors(factors, K);
            }
}

TEST_CASE("the roundings of a step are those of its longest sum, in W or in the linear part") {
    constexpr std::int64_t n = 5, K = 3;
    const csr<double, std::int32_t> few{n, n, {0, 1, 2, 3, 4, 5}, {1, 2, 3, 4, 4}, {1.0, 1.0, 1.0, 1.0, 1.0}};
    const auto many = numbers(n * n, 0.5, 1.0, 8), S = numbers(K * n, 0.0, 1.0, 9);
    const linear_map W = sparse_operator(few.view()), O = dense_operator<double>({n, n, many});
    const auto reader_of = [&](const jacobian_chain& P) {
        return slope_factor_reader(P).roundings(direction::forward);
    };
    const auto chain = [&](const linear_map& A, const linear_map& linear) {
        return jacobian_chain(A, slope_source::of_slopes(row_source(S.data(), K, n, n)),
                              {.leak = 0.5, .linear = linear_part{linear}});
    };
    CHECK(reader_of(chain(W, W)) == 1 + step_roundings);
    CHECK(reader_of(chain(W, O)) == n + step_roundings);
    CHECK(reader_of(chain(O, W)) == n + step_roundings);
    const jacobian_chain P = chain(W, O);
    CHECK(slope_factor_reader(P).roundings(direction::backward) == n + step_roundings);
    CHECK(slope_factor_reader(P).row_terms() == n + 1);
}

TEST_CASE("magnitudes of the factors of gated chains") {
    constexpr std::int64_t n = 5, K = 3;
    for (const gated_cell cell : {gated_cell::gru, gated_cell::lstm}) {
        auto U = numbers(gate_count(cell) * n * n, -1.0, 1.0, 5);
        thin_out(U, 6);
        std::vector<std::vector<double>> rows;
        for (unsigned s = 0; s < 5; ++s) {
            rows.push_back(numbers((K + 1) * n, 0.0, 1.0, 7 + s));
            thin_out(rows.back(), 20 + s);
        }
        const auto source = [&](std::size_t s, std::int64_t count) { return row_source(rows[s].data(), count, n, n); };
        const bool gru = cell == gated_cell::gru;
        const auto make = gru ? gate_source::of_gru : gate_source::of_lstm;
        const dense_operator<double> A({gate_count(cell) * n, n, U});
        const gated_chain P(A,
                            make(source(0, K), source(1, K), source(2, K), source(3, K), source(4, gru ? K : K + 1)));
        gate_factor_reader factors(P);
        check_factors(factors, K);
    }
}
