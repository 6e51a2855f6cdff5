// Records of a run: rows of norms, states to go on from. Every state of a run leads to the bits of the unbroken one.
#include "gaussian_vector.hpp"
#include "kept_state.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace rhochain;

namespace {

std::vector<double> scaled_gaussian(std::int64_t count, std::uint64_t stream, double scale) {
    std::vector<double> x = gaussian_vector(count, 7, stream);
    for (double& v : x) v *= scale;
    return x;
}

struct recorded_network {
    static constexpr std::int64_t n = 12, K = 60, b = 3;
    // Slopes this small take the norms of columns below 2^-64 every few steps: exponents move.
    std::vector<double> W = scaled_gaussian(n * n, 1, 1.0), S = scaled_gaussian(n * K, 2, 1e-6),
                        X = scaled_gaussian(n * b, 3, 1e5);
    dense_operator<double> A{{n, n, W}, dense_layout::row_major, 1};
    ChainOptions options{.form = convention::post, .leak = 0.999};

    [[nodiscard]] jacobian_chain chain() const {
        return {A, slope_source::of_slopes(row_source(S.data(), K, n, n)), options};
    }
    [[nodiscard]] const_block start() const { return {X.data(), n, b}; }
};

void check_same(const ChainResult& a, const ChainResult& c) {
    CHECK(a.done == c.done);
    CHECK(a.mantissas == c.mantissas);
    CHECK(a.exponents == c.exponents);
    CHECK(a.recorded == c.recorded);
    CHECK(a.log_norms == c.log_norms);
}

ChainRecording saving(std::vector<kept_state>& states, std::int64_t every, double seconds) {
    ChainRecording recording;
    recording.every = every;
    recording.save_seconds = seconds;
    recording.save = [&states](const chain_state& s) {
        states.emplace_back(s);
        return false;
    };
    return recording;
}

}  // namespace

TEST_CASE("every state of a run leads to the bits of the unbroken one") {
    const recorded_network N;
    const jacobian_chain P = N.chain();
    for (const std::int64_t every : {1, 7}) {
        for (const bool backward : {false, true}) {
            const auto product = [&](const ChainRecording& r) {
                return backward ? P.vjp(N.start(), {}, r) : P.jvp(N.start(), {}, r);
            };
            std::vector<kept_state> states;
            const ChainResult unbroken = product(saving(states, every, 0.0));
            REQUIRE(states.size() == N.K + 1);
            CHECK(states[30].integers[0] < -64);
            CHECK(std::any_of(states.begin(), states.end(), [](const kept_state& s) { return s.norms[0] < 0.25; }));
            for (const kept_state& state : states) {
                ChainRecording recording;
                recording.every = every;
                recording.resume = state.state();
                check_same(product(recording), unbroken);
            }
        }
    }
}

TEST_CASE("rows after every m-th step and the last") {
    const recorded_network N;
    const jacobian_chain P = N.chain();
    const ChainResult all = P.jvp(N.start());
    for (const std::int64_t every : {1, 7, 30, 59, 60, 61}) {
        ChainRecording recording;
        recording.every = every;
        const ChainResult some = P.jvp(N.start(), {}, recording);
        REQUIRE(some.log_norms.size() == some.recorded.size() * N.b);
        CHECK(some.recorded.size() == static_cast<std::size_t>((N.K + every - 1) / every + 1));
        for (std::size_t row = 0; row < some.recorded.size(); ++row)
            for (std::size_t c = 0; c < N.b; ++c)
                CHECK(some.log_norms[row * N.b + c] ==
                      all.log_norms[static_cast<std::size_t>(some.recorded[row]) * N.b + c]);
    }
}

TEST_CASE("states are saved at the start, when a run is stopped and at the end, and between as often as asked") {
    const recorded_network N;
    const jacobian_chain P = N.chain();
    std::vector<kept_state> states;
    (void)P.vjp(N.start(), {}, saving(states, 1, std::numeric_limits<double>::infinity()));
    REQUIRE(states.size() == 2);
    CHECK(states[0].done == 0);
    CHECK(states[1].done == N.K);

    ChainRecording complete = saving(states, 1, 0.0);
    const kept_state last = states[1];
    complete.resume = last.state();
    states.clear();
    CHECK(P.vjp(N.start(), {}, complete).done == N.K);
    CHECK(states.empty());

    const chain_progress stop = [](std::int64_t done, std::int64_t) { return done == 20; };
    const ChainResult part = P.vjp(N.start(), stop, saving(states, 7, 1e9));
    CHECK(part.done == 20);
    CHECK(part.recorded == std::vector<std::int64_t>{0, 7, 14, 20});
    REQUIRE(states.size() == 2);
    CHECK(states[1].done == 20);
    CHECK(states[1].reals.size() == 3 * N.b);  // the odd last row is not one of a longer run

    ChainRecording refusing = saving(states, 1, 0.0);
    std::int64_t asked = 0;
    refusing.save = [&](const chain_state&) { return ++asked > 5; };
    CHECK(P.vjp(N.start(), {}, refusing).done == 5);
    refusing.save = [](const chain_state&) { return true; };
    CHECK(P.vjp(N.start(), {}, refusing).done == 0);
}

TEST_CASE("a fetch that stops leaves what was done") {
    const recorded_network N;
    const slope_source stopping = slope_source::of_slopes([&] {
        row_source rows(
            [&](std::int64_t begin, std::int64_t end, std::int64_t, std::int64_t, double* out) {
                if (begin <= 40 && 40 < end) throw reading_stopped{};
                std::copy(N.S.begin() + begin * N.n, N.S.begin() + end * N.n, out);
            },
            N.K, N.n);
        rows.limit_blocks(8 * N.n);
        return rows;
    }());
    const jacobian_chain P(N.A, stopping, N.options);
    std::vector<kept_state> states;
    CHECK(P.vjp(N.start(), {}, saving(states, 1, 1e9)).done == 19);
    CHECK(states.back().done == 19);
    ChainRecording recording;
    recording.resume = states.back().state();
    check_same(N.chain().vjp(N.start(), {}, recording), N.chain().vjp(N.start()));
}

TEST_CASE("the state of another run is refused") {
    const recorded_network N;
    const jacobian_chain P = N.chain();
    std::vector<kept_state> states;
    (void)P.jvp(N.start(), {}, saving(states, 1, 0.0));
    const auto refused = [&](auto spoil) {
        ChainRecording recording;
        kept_state state = states[10];
        recording.resume = state.state();
        spoil(recording, state);
        CHECK_THROWS_AS((void)P.jvp(N.start(), {}, recording), std::invalid_argument);
    };
    refused([](ChainRecording& r, kept_state&) { r.every = 2; });
    refused([](ChainRecording& r, kept_state&) { r.every = 0; });
    refused([](ChainRecording& r, kept_state&) { r.save_seconds = -1.0; });
    refused([](ChainRecording& r, kept_state&) { r.save_seconds = std::nan(""); });
    refused([](ChainRecording& r, kept_state&) { r.resume->done = 11; });
    refused([](ChainRecording& r, kept_state&) { r.resume->done = -1; });
    refused([&](ChainRecording& r, kept_state&) { r.resume->done = N.K + 1; });
    refused([&](ChainRecording& r, kept_state&) { r.resume->vectors.rows = N.n - 1; });
    refused([&](ChainRecording& r, kept_state&) { r.resume->vectors.columns = N.b - 1; });
    refused([&](ChainRecording& r, kept_state&) { r.resume->integers = r.resume->integers.first(N.b - 1); });
    refused([&](ChainRecording& r, kept_state&) { r.resume->norms = r.resume->norms.first(N.b - 1); });
    refused([&](ChainRecording& r, kept_state&) { r.resume->reals = r.resume->reals.first(N.b); });
    refused([](ChainRecording&, kept_state& s) { s.vectors[4] = std::nan(""); });
    refused([](ChainRecording&, kept_state& s) { s.norms[1] = INFINITY; });
}
