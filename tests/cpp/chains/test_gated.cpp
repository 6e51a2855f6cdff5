// Gated cells against central differences of the cells themselves in long double: no Jacobian is written here.
#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/trajectories/gated_rollout.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace rhochain;

namespace {

using real = long double;

struct cell_network {
    gated_cell cell;
    std::int64_t n, K;
    std::vector<double> U, bias, zero, inputs, h0, c0;

    cell_network(gated_cell kind, std::int64_t units, std::int64_t steps) : cell(kind), n(units), K(steps) {
        std::mt19937_64 engine(7);
        std::normal_distribution<double> gaussian;
        const auto fill_with = [&](std::int64_t count) {
            std::vector<double> x(static_cast<std::size_t>(count));
            for (double& v : x) v = gaussian(engine);
            return x;
        };
        const std::int64_t rows = gate_count(cell) * n;
        U = fill_with(rows * n);
        for (double& u : U) u /= std::sqrt(static_cast<double>(n));
        bias = fill_with(rows);
        zero.assign(static_cast<std::size_t>(rows), 0.0);
        inputs = fill_with(K * rows);
        h0 = fill_with(n);
        if (cell == gated_cell::lstm) c0 = fill_with(n);
    }

    [[nodiscard]] std::int64_t rows() const { return gate_count(cell) * n; }
    [[nodiscard]] std::int64_t size() const { return state_blocks(cell) * n; }
    [[nodiscard]] dense_operator<double> weights() const {
        return dense_operator<double>({rows(), n, U}, dense_layout::row_major, 1);
    }
    [[nodiscard]] GatedRecord run(const linear_map& A) const {
        return run_gated_cell({cell, A, bias, {}, row_source(inputs.data(), K, rows(), rows()), zero, h0, c0});
    }

    // One step of a state [h] or [h; c].
    [[nodiscard]] std::vector<real> step(std::int64_t k, const std::vector<real>& s) const {
        const auto N = static_cast<std::size_t>(n);
        const auto sigmoid = [](real x) { return 1.0L / (1.0L + std::exp(-x)); };
        const auto recurrent = [&](std::size_t gate, std::size_t i) {
            real total = bias[gate * N + i];
            for (std::size_t j = 0; j < N; ++j) total += static_cast<real>(U[(gate * N + i) * N + j]) * s[j];
            return total;
        };
        const auto given = [&](std::size_t gate, std::size_t i) {
            return static_cast<real>(inputs[static_cast<std::size_t>(k * rows()) + gate * N + i]);
        };
        std::vector<real> next(s.size());
        for (std::size_t i = 0; i < N; ++i) {
            const real first = sigmoid(given(0, i) + recurrent(0, i));
            const real second = sigmoid(given(1, i) + recurrent(1, i));
            if (cell == gated_cell::gru) {
                next[i] = (1.0L - second) * std::tanh(given(2, i) + first * recurrent(2, i)) + second * s[i];
            } else {
                next[N + i] = second * s[N + i] + first * std::tanh(given(2, i) + recurrent(2, i));
                next[i] = sigmoid(given(3, i) + recurrent(3, i)) * std::tanh(next[N + i]);
            }
        }
        return next;
    }

    // Column j of the Jacobian of all steps.
    [[nodiscard]] std::vector<real> derivative(std::size_t j) const {
        constexpr real distance = 1e-6L;
        std::vector<real> ends[2];
        for (int side = 0; side < 2; ++side) {
            std::vector<real> s(h0.begin(), h0.end());
            s.insert(s.end(), c0.begin(), c0.end());
            s[j] += side == 0 ? distance : -distance;
            for (std::int64_t k = 0; k < K; ++k) s = step(k, s);
            ends[side] = s;
        }
        for (std::size_t i = 0; i < ends[0].size(); ++i) ends[0][i] = (ends[0][i] - ends[1][i]) / (2.0L * distance);
        return ends[0];
    }
};

std::vector<double> identity(std::int64_t n) {
    std::vector<double> eye(static_cast<std::size_t>(n * n), 0.0);
    for (std::int64_t i = 0; i < n; ++i) eye[static_cast<std::size_t>(i * (n + 1))] = 1.0;
    return eye;
}

double entry(const ChainResult& r, std::size_t i, std::size_t j, std::size_t b) {
    return std::ldexp(r.mantissas[i * b + j], static_cast<int>(r.exponents[j]));
}

}  // namespace

TEST_CASE("the chain of a gated cell is the derivative of its run") {
    for (const gated_cell cell : {gated_cell::gru, gated_cell::lstm})
        for (const std::int64_t n : {1, 2, 7})
            for (const std::int64_t K : {1, 5}) {
                const cell_network N(cell, n, K);
                const auto A = N.weights();
                const GatedRecord record = N.run(A);
                const gated_chain P(A, record.gates());
                REQUIRE(P.size() == N.size());
                const std::vector<double> eye = identity(P.size());
                const ChainResult forward = P.jvp({eye.data(), P.size(), P.size()});
                const ChainResult backward = P.vjp({eye.data(), P.size(), P.size()});
                const auto b = static_cast<std::size_t>(P.size());
                double worst = 0.0;
                for (std::size_t j = 0; j < b; ++j) {
                    const std::vector<real> column = N.derivative(j);
                    for (std::size_t i = 0; i < b; ++i) {
                        const double exact = static_cast<double>(column[i]);
                        const double f = entry(forward, i, j, b);
                        const double g = entry(backward, j, i, b);
                        worst = std::max({worst, std::abs(f - exact), std::abs(g - exact)});
                    }
                }
                CHECK(worst < 1e-10);
            }
}

TEST_CASE("a gated chain and its run have the same bits for 1 and 2 threads") {
    for (const gated_cell cell : {gated_cell::gru, gated_cell::lstm}) {
        const std::int64_t n = 40'000;
        const std::int64_t K = 3;
        // A product that reads its argument: the pass over the units is what is shared between threads.
        struct copies {
            std::int64_t G, n;
            int team;
            [[nodiscard]] int threads() const { return team; }
            [[nodiscard]] std::int64_t rows() const { return G * n; }
            [[nodiscard]] std::int64_t cols() const { return n; }
            void apply(const_block X, mutable_block Y) const {
                for (std::int64_t p = 0; p < Y.size(); ++p) Y.data[p] = 0.7 * X.data[p % X.size()];
            }
            void apply_adjoint(const_block X, mutable_block Y) const {
                for (std::int64_t p = 0; p < Y.size(); ++p) {
                    Y.data[p] = 0.0;
                    for (std::int64_t g = 0; g < G; ++g) Y.data[p] += 0.7 * X.data[p + g * Y.size()];
                }
            }
        };
        const std::int64_t rows = gate_count(cell) * n;
        std::vector<double> x(static_cast<std::size_t>(rows * K));
        std::vector<double> zero(static_cast<std::size_t>(rows), 0.0);
        std::mt19937_64 engine(3);
        std::normal_distribution<double> gaussian;
        for (double& v : x) v = gaussian(engine);
        const std::vector<double> h0(x.begin(), x.begin() + n);
        const std::vector<double> c0(cell == gated_cell::lstm ? h0 : std::vector<double>{});
        std::vector<double> logs[2];
        std::vector<double> ends[2];
        for (int t = 0; t < 2; ++t) {
            const copies A{gate_count(cell), n, t + 1};
            const GatedRecord record =
                run_gated_cell({cell, A, zero, {}, row_source(x.data(), K, rows, rows), zero, h0, c0});
            const gated_chain P(A, record.gates());
            for (const ChainResult& r : {P.jvp({x.data(), P.size(), 1}), P.vjp({x.data(), P.size(), 1})}) {
                logs[t].insert(logs[t].end(), r.log_norms.begin(), r.log_norms.end());
                ends[t].insert(ends[t].end(), r.mantissas.begin(), r.mantissas.end());
            }
        }
        CHECK(logs[0] == logs[1]);
        CHECK(ends[0] == ends[1]);
    }
}

TEST_CASE("a run in pieces, each from the state that the one before ended in, leaves the bits of the whole") {
    for (const gated_cell cell : {gated_cell::gru, gated_cell::lstm}) {
        const cell_network N(cell, 5, 23);
        const auto A = N.weights();
        const GatedRecord whole = N.run(A);
        const row_source rows(N.inputs.data(), N.K, N.rows(), N.rows());
        buffer<double> h(N.h0.begin(), N.h0.end()), c(N.c0.begin(), N.c0.end());
        for (std::int64_t begin = 0; begin < N.K; begin += 9) {
            const std::int64_t end = std::min<std::int64_t>(N.K, begin + 9);
            const GatedRecord piece = run_gated_cell({cell, A, N.bias, {}, rows, N.zero, h, c, begin, end});
            REQUIRE(piece.steps == end - begin);
            for (std::size_t s = 0; s < piece.rows.size(); ++s)
                CHECK(std::equal(piece.rows[s].begin(), piece.rows[s].end(), whole.rows[s].begin() + begin * 5));
            h = piece.last_output;
            if (cell == gated_cell::lstm) c.assign(piece.rows[4].end() - 5, piece.rows[4].end());
        }
        CHECK(h == whole.last_output);
        CHECK_THROWS_AS((void)run_gated_cell({cell, A, N.bias, {}, rows, N.zero, h, c, 3, N.K + 1}),
                        std::invalid_argument);
        CHECK_THROWS_AS((void)run_gated_cell({cell, A, N.bias, {}, rows, N.zero, h, c, 3, 2}), std::invalid_argument);
    }
}

TEST_CASE("blocks of rows that are fetched again and again give the coefficients of rows in memory") {
    const cell_network N(gated_cell::lstm, 5, 23);
    const auto A = N.weights();
    const GatedRecord record = N.run(A);
    const gate_source borrowed = record.gates();
    const auto fetched = [&](std::size_t s) {
        const std::vector<double> rows(record.rows[s].begin(), record.rows[s].end());
        const std::int64_t count = N.K + (record.has_next_row(s) ? 1 : 0);
        return row_source([rows](std::int64_t begin, std::int64_t end, std::int64_t, std::int64_t,
                                 double* out) { std::copy(rows.data() + begin * 5, rows.data() + end * 5, out); },
                          count, 5);
    };
    const gate_source blocks = gate_source::of_lstm(fetched(0), fetched(1), fetched(2), fetched(3), fetched(4));
    gate_reader a(borrowed, 0, space(5, 1));
    gate_reader b(blocks, 0, space(5, 1), 4 * 5 * 8);  // four rows at a time
    for (const std::int64_t k : {0, 1, 2, 3, 4, 5, 22, 21, 20, 19, 18, 3, 22}) {
        const gated_step x = a.step(k);
        const gated_step y = b.step(k);
        const auto equal = [](vector_in s, vector_in t) {
            return s.length() == 5 && std::ranges::equal(entries_of(s), entries_of(t));
        };
        for (std::size_t m = 0; m < 3; ++m) CHECK(equal(x.m[m], y.m[m]));
        CHECK(equal(x.k, y.k));
        CHECK(equal(x.p, y.p));
        CHECK(equal(x.q, y.q));
    }
}

TEST_CASE("a gated chain refuses what does not fit") {
    const cell_network N(gated_cell::gru, 3, 4);
    const auto A = N.weights();
    GatedRecord record = N.run(A);
    const std::vector<double> square(9, 1.0);
    const dense_operator<double> W({3, 3, square});
    CHECK_THROWS_AS(gated_chain(W, record.gates()), std::invalid_argument);
    const cell_network other(gated_cell::gru, 2, 4);
    const auto B = other.weights();
    CHECK_THROWS_AS(gated_chain(B, record.gates()), std::invalid_argument);
    const std::vector<double> v(2, 1.0);
    CHECK_THROWS_AS((void)gated_chain(A, record.gates()).jvp({v.data(), 2, 1}), std::invalid_argument);
    record.rows[1][5] = 1.5;  // r of step 1, unit 2
    const std::vector<double> u(3, 1.0);
    try {
        (void)gated_chain(A, record.gates()).vjp({u.data(), 3, 1});
        FAIL("a gate of 1.5 was taken");
    } catch (const std::invalid_argument& error) {
        CHECK(std::string(error.what()) == "r: got 1.500000 at row 1, column 2, expected a sigmoid gate from 0 to 1");
    }
}
