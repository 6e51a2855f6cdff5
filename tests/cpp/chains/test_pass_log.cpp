// Norms of chains whose run is broken off anywhere and taken up again.
#include "kept_state.hpp"

#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

using namespace rhochain;

namespace {

struct random_chain {
    std::int64_t n, K;
    std::vector<double> W, S;

    random_chain(std::int64_t size, std::int64_t steps, double scale, unsigned seed)
        : n(size), K(steps), W(static_cast<std::size_t>(n * n)), S(static_cast<std::size_t>(K * n)) {
        std::mt19937_64 engine(seed);
        std::normal_distribution<double> gaussian;
        std::uniform_real_distribution<double> uniform(0.1, 1.0);
        for (double& w : W) w = scale * gaussian(engine);
        for (double& s : S) s = uniform(engine);
    }
    [[nodiscard]] Bracket norm(const SolverOptions& options, const ChainSaving& saving, int threads = 1) const {
        const dense_operator<double> A({n, n, W}, dense_layout::row_major, threads);
        const jacobian_chain P(A, slope_source::of_slopes(row_source(S.data(), K, n, n)));
        return chain_norm(P, options, saving);
    }
};

void check_same(const Bracket& a, const Bracket& b) {
    CHECK(a.value == b.value);
    CHECK(a.lower.value == b.lower.value);
    CHECK(a.upper.value == b.upper.value);
    CHECK(a.lower.grade == b.lower.grade);
    CHECK(a.upper.grade == b.upper.grade);
    CHECK(a.upper.delta == b.upper.delta);
    CHECK(std::string(a.upper.source) == b.upper.source);
    CHECK(a.status == b.status);
    CHECK(a.residual == b.residual);
    CHECK(a.vector == b.vector);
    CHECK(a.matvecs == b.matvecs);
}

}  // namespace

TEST_CASE("a norm that is stopped after any product goes on to the bits of an unbroken one") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    // A short chain of proofs, one that needs rescaling, a long one whose rounding is sampled.
    for (const random_chain& f :
         {random_chain(6, 5, 0.4, seed), random_chain(5, 9, 1e30, seed), random_chain(4, 120, 0.5, seed)}) {
        const Bracket unbroken = f.norm({}, {});
        std::int64_t stops = 0;
        for (std::int64_t budget = 1; budget < unbroken.matvecs; budget += 1 + unbroken.matvecs / 60) {
            std::optional<kept_state> kept;
            ChainSaving saving{.save = [&](const chain_state& s) { return kept.emplace(s), false; }};
            saving.save_seconds = budget % 2 == 0 ? 0.0 : 1e9;
            SolverOptions limited;
            limited.max_matvecs = budget;
            const Bracket part = f.norm(limited, saving);
            CHECK(part.matvecs <= budget + 24);
            REQUIRE(kept.has_value());
            const kept_state taken_up = *kept;
            saving.resume = taken_up.state();
            check_same(f.norm({}, saving, 2), unbroken);
            ++stops;
            // A complete run makes no product.
            const kept_state complete = *kept;
            saving.resume = complete.state();
            check_same(f.norm({}, saving), unbroken);
        }
        CHECK(stops > 3);
    }
}

TEST_CASE("saving changes no bit of a norm, and a state that is refused ends it") {
    const random_chain f(6, 40, 0.5, 3);
    const Bracket unbroken = f.norm({}, {});
    std::int64_t saves = 0;
    check_same(f.norm({}, {.save_seconds = 0.0, .save = [&](const chain_state&) { return ++saves, false; }}), unbroken);
    CHECK(saves > 40);
    for (const std::int64_t last : {1, 7, 100}) {
        std::int64_t left = last;
        const Bracket b = f.norm({}, {.save_seconds = 0.0, .save = [&](const chain_state&) { return --left <= 0; }});
        CHECK(b.matvecs < unbroken.matvecs);
        CHECK(b.lower.value <= unbroken.upper.value);
    }
}

TEST_CASE("the state of another measure is refused") {
    const random_chain f(6, 5, 0.4, 1);
    std::optional<kept_state> kept;
    static_cast<void>(f.norm({}, {.save = [&](const chain_state& s) { return kept.emplace(s), false; }}));
    const auto refuses = [&](const kept_state& s) {
        CHECK_THROWS_AS(static_cast<void>(f.norm({}, {.resume = s.state()})), std::invalid_argument);
    };
    kept_state bad = *kept;
    bad.integers.pop_back();
    refuses(bad);
    bad = *kept;
    bad.integers[0] = -1;
    refuses(bad);
    bad = *kept;
    bad.reals.push_back(1.0);
    refuses(bad);
    bad = *kept;
    --bad.columns;
    refuses(bad);
    bad = *kept;
    bad.vectors[2] = std::numeric_limits<double>::quiet_NaN();
    refuses(bad);
    bad = *kept;
    std::swap(bad.integers[3], bad.integers[6]), std::swap(bad.integers[4], bad.integers[7]);
    refuses(bad);
    const std::vector<std::int64_t> of_spectrum{1, 2, 0};
    const std::vector<double> Q(12, 0.0), norms(2, 1.0), reals{1.0};
    CHECK_THROWS_AS(
        static_cast<void>(f.norm({}, {.resume = chain_state{3, {Q.data(), 6, 2}, of_spectrum, norms, reals}})),
        std::invalid_argument);
}
