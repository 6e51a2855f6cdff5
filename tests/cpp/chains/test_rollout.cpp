#include "gaussian_vector.hpp"
#include "scaled_by_power.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include "kernels/exponential.hpp"
#include "kernels/vectors/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace rhochain;

namespace {

// Fewest repeated steps by trying every place for the next kept state.
std::int64_t fewest(std::int64_t l, std::int64_t s) {
    static std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> known;
    if (l == 1) return 0;
    if (s == 1) return l * (l - 1) / 2;
    const auto at = known.find({l, s});
    if (at != known.end()) return at->second;
    std::int64_t best = l * (l - 1) / 2;
    for (std::int64_t m = 1; m < l; ++m) best = std::min(best, m + fewest(l - m, s - 1) + fewest(m, s));
    return known[{l, s}] = best;
}

std::int64_t planned(std::int64_t l, std::int64_t s) {
    if (l == 1) return 0;
    if (s == 1) return l * (l - 1) / 2;
    const std::int64_t m = next_kept(l, s);
    return m + planned(l - m, s - 1) + planned(m, s);
}

struct driven_network {
    std::int64_t n;
    std::vector<double> entries, weights, drive, bias, leaks, rotation;
    dense_operator<double> W;
    dense_operator<double> input_weights;

    driven_network(std::int64_t size, std::int64_t inputs, std::int64_t steps)
        : n(size),
          entries(gaussian_vector(size * size, 11, 0)),
          weights(gaussian_vector(size * inputs, 11, 1)),
          drive(gaussian_vector(steps * inputs, 11, 2)),
          bias(gaussian_vector(size, 11, 3)),
          leaks(gaussian_vector(size, 11, 5)),
          rotation(gaussian_vector(size * size, 11, 6)),
          W({size, size, entries}, dense_layout::row_major, 1),
          input_weights({size, inputs, weights}, dense_layout::row_major, 1) {
        for (double& a : leaks) a = 0.5 + 0.45 * std::tanh(a);
    }
    [[nodiscard]] linear_part linear(std::optional<double> weight = std::nullopt) const {
        return {dense_operator<double>({n, n, rotation}, dense_layout::row_major, 1), weight};
    }
};

double entry_of(const std::vector<double>& M, std::int64_t columns, std::int64_t i, std::int64_t j) {
    return M[static_cast<std::size_t>(i * columns + j)];
}

}  // namespace

TEST_CASE("the schedule keeps states as well as any other does") {
    for (std::int64_t s = 1; s <= 7; ++s)
        for (std::int64_t l = 1; l <= 70; ++l) {
            CAPTURE(l);
            CAPTURE(s);
            CHECK(repeated_steps(l, s) == fewest(l, s));
            CHECK(planned(l, s) == fewest(l, s));
        }
    // Griewank & Walther's count for a million steps in 180 states: none is repeated more than 3 times.
    CHECK(repeated_steps(1'000'000, 180) <= 3'000'000);
}

TEST_CASE("a plan holds no more rows than it may, and never costs more than another block size would") {
    for (const std::int64_t steps : {1, 2, 7, 100, 1000, 12345})
        for (const std::int64_t rows : {1, 2, 3, 10, 57, 400, 20000}) {
            const replay_plan plan = plan_replay(steps, rows);
            CHECK(plan.block >= 1);
            CHECK(plan.slots >= 0);
            CHECK(plan.block + plan.slots <= std::max(rows, std::min(steps, rows)));
            const std::int64_t blocks = (steps + plan.block - 1) / plan.block;
            CHECK(plan.cost == repeated_steps(blocks, plan.slots + 1) * plan.block + steps);
            if (rows >= steps) CHECK(plan.cost == steps);
            // With a little more than 2 sqrt(steps) rows every step is repeated at most once.
            if (rows * rows >= 4 * steps + 4 * rows) CHECK(plan.cost <= 2 * steps);
        }
    // A million steps of 100,000 neurons in 2 GB, less the six vectors a replay works with.
    CHECK(plan_replay(1'000'000, 2'000'000'000 / 800'000 - 6).cost <= 2'000'000);
    // 2 sqrt(K) + 8 vectors, those six among them.
    for (const std::int64_t root : {3, 10, 31, 100, 1000})
        CHECK(plan_replay(root * root, 2 * root + 2).cost <= 2 * root * root);
}

TEST_CASE("a rollout follows its equation") {
    const std::int64_t n = 9, m = 3, steps = 12;
    const driven_network net(n, m, steps);
    for (const auto form : {convention::pre, convention::post})
        for (const int kind : {0, 1, 2, 3, 4, 5})
            for (const double noise : {0.0, 0.25}) {
                // No leak, one, one for each neuron; these with a linear part, and one with a weight of its own.
                const bool linear = kind >= 3;
                const auto weight = kind == 5 ? std::optional(0.2) : std::nullopt;
                std::vector<double> leaks = net.leaks;
                if (kind == 0 || kind == 5) leaks.assign(leaks.size(), 1.0);
                if (kind == 1 || kind == 3) leaks.assign(leaks.size(), 0.3);
                const chain_rule rule = make_rule(net.W, form, neuron_leaks(leaks, space(n, 1)),
                                                  linear ? std::optional(net.linear(weight)) : std::nullopt);
                RolloutOptions options;
                options.inputs = row_source(net.drive.data(), steps, m, m);
                options.input_weights = linear_map(net.input_weights);
                options.bias = net.bias;
                options.noise = noise;
                options.seed = 5;
                const activation sigma("tanh");
                const rollout trajectory(rule, sigma, gaussian_vector(n, 11, 4), steps, options);
                rollout_stepper stepper(trajectory);
                std::vector<double> x = trajectory.start();
                std::vector<double> s(static_cast<std::size_t>(n));
                std::vector<double> expected = x;
                std::vector<double> xi(static_cast<std::size_t>(n));
                for (std::int64_t k = 0; k < steps; ++k) {
                    stepper.advance(k, x, s);
                    fill_gaussian(xi, 5, static_cast<std::uint64_t>(k));
                    const std::vector<double> before = expected;
                    for (std::int64_t i = 0; i < n; ++i) {
                        double drive = net.bias[static_cast<std::size_t>(i)];
                        for (std::int64_t j = 0; j < m; ++j)
                            drive += entry_of(net.weights, m, i, j) * entry_of(net.drive, m, k, j);
                        for (std::int64_t j = 0; j < n; ++j) {
                            const double state = before[static_cast<std::size_t>(j)];
                            drive +=
                                entry_of(net.entries, n, i, j) * (form == convention::pre ? std::tanh(state) : state);
                        }
                        const auto at = static_cast<std::size_t>(i);
                        const double next = form == convention::pre ? drive : std::tanh(drive);
                        double kept = linear ? 0.0 : before[at];
                        for (std::int64_t j = 0; linear && j < n; ++j)
                            kept += entry_of(net.rotation, n, i, j) * before[static_cast<std::size_t>(j)];
                        expected[at] = weight.value_or(1.0 - leaks[at]) * kept + leaks[at] * next + noise * xi[at];
                        const double argument = form == convention::pre ? before[at] : drive;
                        CHECK(s[at] == doctest::Approx(1.0 / std::pow(std::cosh(argument), 2)).epsilon(1e-9));
                        CHECK(x[at] == doctest::Approx(expected[at]).epsilon(1e-9));
                    }
                    expected = x;  // the trajectory is chaotic
                }
            }
}

TEST_CASE("slopes computed again are the same, in any order and any memory, at the price of the plan") {
    const std::int64_t n = 40, m = 2, steps = 333;
    const driven_network net(n, m, steps);
    const chain_rule rule{scaled_by_power(net.W, 1), convention::pre, 0.7};
    RolloutOptions options;
    options.inputs = row_source(net.drive.data(), steps, m, m);
    options.input_weights = linear_map(net.input_weights);
    options.noise = 0.1;
    const rollout trajectory(rule, activation("tanh"), gaussian_vector(n, 11, 4), steps, options);
    const rollout threaded({rule.A.with(3), rule.form, rule.leak}, activation("tanh"), gaussian_vector(n, 11, 4), steps,
                           options);
    const std::int64_t row = n * static_cast<std::int64_t>(sizeof(double));
    rollout_replay whole(trajectory, (steps + 10) * row);
    REQUIRE(whole.plan().block == steps);
    const row_block all = whole.slopes(0, steps);
    const auto same = [&](const row_block& block, std::int64_t begin, std::int64_t end) {
        return std::equal(block.first, block.first + (end - begin) * n, all.first + begin * n);
    };
    for (const std::int64_t vectors : {8, 9, 12, 20, 45, 200}) {
        CAPTURE(vectors);
        rollout_replay replay(threaded, vectors * row);
        const std::int64_t block = replay.plan().block;
        const std::int64_t blocks = (steps + block - 1) / block;
        const auto visit = [&](std::int64_t b) {
            const std::int64_t end = std::min(steps, (b + 1) * block);
            CHECK(same(replay.slopes(b * block, end), b * block, end));
        };
        for (std::int64_t b = blocks - 1; b >= 0; --b) visit(b);
        CHECK(replay.computed() == replay.plan().cost);
        for (std::int64_t b = 0; b < blocks; ++b) visit(b);
        CHECK(replay.computed() <= replay.plan().cost + steps);
        // After a walk forward the states for one backward are there: only from the last of them on is the way gone
        // again.
        const std::int64_t before = replay.computed();
        for (std::int64_t b = blocks - 1; b >= 0; --b) visit(b);
        CHECK(replay.computed() - before <= replay.plan().cost - (blocks - 1) * block / 2);
        for (std::int64_t b = 1; b < 40; ++b) visit(b * 7919 % blocks);
    }
}

TEST_CASE("a chain along a rollout is the chain of its slopes") {
    const std::int64_t n = 30, steps = 90;
    const driven_network net(n, 1, steps);
    for (const auto form : {convention::pre, convention::post}) {
        const scaled_by_power W(net.W, -3);
        const chain_rule rule{W, form, 0.5};
        const auto trajectory = std::make_shared<const rollout>(rule, activation("sigmoid"), gaussian_vector(n, 11, 4),
                                                                steps, RolloutOptions{});
        rollout_replay whole(*trajectory, (steps + 10) * n * 8);
        const row_block slopes = whole.slopes(0, steps);
        const ChainOptions options{form, 0.5};
        const jacobian_chain given(W.with_threads(2), slope_source::of_slopes(row_source(slopes.first, steps, n, n)),
                                   options);
        const jacobian_chain rolled(W.with_threads(2), slope_source::of_rollout(trajectory, 12 * n * 8), options);
        const std::vector<double> v = gaussian_vector(n, 11, 7);
        for (const auto d : {direction::forward, direction::backward}) {
            const auto run = [&](const jacobian_chain& P) {
                return d == direction::forward ? P.jvp(const_block(v)) : P.vjp(const_block(v));
            };
            const ChainResult a = run(given);
            const ChainResult b = run(rolled);
            CHECK(a.log_norms == b.log_norms);
            CHECK(std::equal(a.mantissas.begin(), a.mantissas.end(), b.mantissas.begin()));
        }
    }
}

TEST_CASE("post-activation states tell the slopes, with a leak for each neuron and with a linear part") {
    const std::int64_t n = 11, steps = 40;
    const driven_network net(n, 1, steps);
    for (const bool linear : {false, true})
        for (const bool each : {false, true}) {
            const neuron_leaks leak = each ? neuron_leaks(net.leaks, space(n, 1)) : neuron_leaks(linear ? 1.0 : 0.3);
            const dense_operator<double> O({n, n, net.rotation}, dense_layout::row_major, 1);
            std::optional<linear_part> part;
            if (linear) part = linear_part{scaled_by_power(O, -3), each ? std::nullopt : std::optional(0.5)};
            const chain_rule rule = make_rule(scaled_by_power(net.W, -2), convention::post, leak, part);
            const rollout trajectory(rule, activation("tanh"), gaussian_vector(n, 11, 4), steps, {});
            rollout_stepper stepper(trajectory);
            std::vector<double> x = trajectory.start(), states = x, slopes, s(static_cast<std::size_t>(n));
            for (std::int64_t k = 0; k < steps; ++k) {
                stepper.advance(k, x, s);
                states.insert(states.end(), x.begin(), x.end());
                slopes.insert(slopes.end(), s.begin(), s.end());
            }
            const row_source rows(states.data(), steps + 1, n, n);
            const slope_source source = slope_source::of_outputs(rows, activation("tanh"), rule);
            REQUIRE(source.steps() == steps);
            slope_reader reader(source, space(n, 1), 7 * n * 8);
            for (const std::int64_t k : {steps - 1, std::int64_t{0}, std::int64_t{17}, std::int64_t{18}}) {
                const slope_row row = reader.row(k);
                for (std::int64_t i = 0; i < n; ++i) {
                    const double expected = slopes[static_cast<std::size_t>(k * n + i)];
                    CHECK(entries_of(row.s)[static_cast<std::size_t>(i)] ==
                          doctest::Approx(expected).scale(1.0).epsilon(1e-12));
                }
            }
            // A state that no output of tanh explains is found.
            states[static_cast<std::size_t>(5 * n + 2)] += 1e3;
            slope_reader again(source, space(n, 1));
            CHECK_THROWS_AS((void)again.row(4), std::invalid_argument);
        }
}

TEST_CASE("a rollout that diverges says so, and can be read up to there") {
    const std::vector<double> two{4.0};
    const dense_operator<double> W({1, 1, two}, dense_layout::row_major, 1);
    const rollout trajectory({W}, activation("identity"), {1.0}, 2000, {});
    rollout_replay replay(trajectory, 100 * 8);
    const std::int64_t block = replay.plan().block;
    CHECK_NOTHROW((void)replay.slopes(0, block));
    CHECK_THROWS_AS((void)replay.slopes(1999 / block * block, 2000), std::overflow_error);
    CHECK(replay.slopes(0, block).first[0] == 1.0);
}

TEST_CASE("exponentials are right to the last bits") {
    std::vector<double> z;
    for (int i = 0; i < 4000; ++i) z.push_back(-std::ldexp(1.0 + i % 97 / 97.0, i / 97 - 32));
    z.insert(z.end(), {0.0, -0.0, -700.0, -700.1, -1e300});
    std::vector<double> e(z.size()), m(z.size());
    exponentials(z, e, m);
    constexpr long double ulp = 0x1p-53L;
    for (std::size_t i = 0; i < z.size(); ++i) {
        CAPTURE(z[i]);
        const long double exact = std::exp(static_cast<long double>(z[i]));
        const long double less_one = std::expm1(static_cast<long double>(z[i]));
        if (z[i] >= -700.0)
            CHECK(std::abs(e[i] - exact) <= 2 * ulp * exact);
        else
            CHECK(e[i] == 0.0);
        CHECK(std::abs(m[i] - less_one) <= 2.5L * ulp * std::abs(less_one));
    }
}
