// An estimate that was ended at any moment goes on from its log to the bits of an unbroken run: from each state
// that was saved, and after each end that the caller asked for.
#include "matrices.hpp"
#include "saved_runs.hpp"
#include "state_sample.hpp"

#include <rhochain/rhochain.hpp>
#include <rhochain/spectra/run_log.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace rhochain;

namespace {

using estimator = std::function<Bracket(const SolverOptions&)>;

// NaN equals NaN.
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void require_same_bits(const Bracket& a, const Bracket& b) {
    CHECK(same(a.value, b.value));
    for (auto bound : {&Bracket::lower, &Bracket::upper, &Bracket::lower_behind, &Bracket::upper_behind}) {
        CHECK(same((a.*bound).value, (b.*bound).value));
        CHECK((a.*bound).grade == (b.*bound).grade);
        CHECK(same((a.*bound).delta, (b.*bound).delta));
        CHECK((a.*bound).source == (b.*bound).source);
    }
    CHECK(a.status == b.status);
    CHECK(same(a.residual, b.residual));
    CHECK(same(a.runner_up, b.runner_up));
    CHECK(a.matvecs == b.matvecs);
    CHECK(a.vector == b.vector);
}

// `stop_at`: the record of the history at which the caller ends the run.
Bracket logged(const estimator& estimate, const log_state& from, double save_seconds, state_sample* saved = nullptr,
               std::int64_t stop_at = -1) {
    run_log log({from, save_seconds, [&](const log_state& s) {
                     if (saved != nullptr) saved->take(s);
                     return false;
                 }});
    SolverOptions options;
    options.rtol = 1e-4;
    options.seed = 3;
    options.log = &log;
    std::int64_t records = 0;
    if (stop_at >= 0) options.callback = [&](const Progress&) { return ++records > stop_at; };
    Bracket b = estimate(options);
    log.close();
    return b;
}

// Of a run that saves after each iteration.
state_sample states_of(const estimator& estimate) {
    state_sample saved(8);
    static_cast<void>(logged(estimate, {}, each_iteration, &saved));
    return saved;
}

// The state that is saved last.
log_state ended(const estimator& estimate, const log_state& from, double save_seconds, std::int64_t stop_at) {
    state_sample saved;
    static_cast<void>(logged(estimate, from, save_seconds, &saved, stop_at));
    REQUIRE(saved.taken() > 0);
    return saved.last();
}

void check_resumption(const estimator& estimate, std::size_t least_states, unsigned seed) {
    SolverOptions plain;
    plain.rtol = 1e-4;
    plain.seed = 3;
    const Bracket unbroken = estimate(plain);
    state_sample saved(2, seed);
    require_same_bits(logged(estimate, {}, each_iteration, &saved), unbroken);
    REQUIRE(saved.taken() >= least_states);
    // Killed after a save: the states that a file would have held.
    require_same_bits(logged(estimate, saved.last(), each_iteration), unbroken);
    double save_seconds = each_iteration;
    for (const log_state& state : saved.states(8, seed)) {
        CAPTURE(state.size());
        require_same_bits(logged(estimate, state, save_seconds), unbroken);
        save_seconds = seldom - save_seconds;
    }
    // Ended by the caller, twice in a row.
    std::mt19937_64 generator(seed);
    const auto looks = static_cast<std::int64_t>(unbroken.history.size());
    for (int trial = 0; trial < 4; ++trial) {
        const auto stop = static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(looks + 1));
        CAPTURE(stop);
        const log_state first = ended(estimate, {}, save_seconds, stop);
        save_seconds = seldom - save_seconds;
        const log_state second = ended(estimate, first, save_seconds, stop / 2);
        require_same_bits(logged(estimate, second, seldom), unbroken);
    }
}

}  // namespace

TEST_CASE("log: rho of matrices that take powers, Arnoldi and restarts goes on to the same bits") {
    for (unsigned seed : {1u, 2u}) {
        const auto W = matrices::iid<double>(300, 8, seed);
        const linear_map A = sparse_operator(W.view());
        const RadiusGoal goal{.condition = seed == 2};
        check_resumption([&](const SolverOptions& o) { return spectral_radius(A, o, goal); }, 20, seed);
    }
}

TEST_CASE("log: rho of a matrix with an isolated eigenvalue goes on to the same bits") {
    auto W = matrices::iid<double>(600, 10, 5);
    for (double& w : W.values) w = 0.2 * w + 0.1;
    const linear_map A = sparse_operator(W.view());
    check_resumption([&](const SolverOptions& o) { return spectral_radius(A, o); }, 5, 5);
}

TEST_CASE("log: sigma_1 goes on to the same bits, through restarts and the Chebyshev bound") {
    for (unsigned seed : {1u, 2u}) {
        const auto W = matrices::iid<double>(1000, 6, seed);
        const linear_map A = sparse_operator(W.view());
        const estimator norm = [&](const SolverOptions& o) {
            SolverOptions own = o;
            own.basis_bytes = seed == 2 ? 1 : o.basis_bytes;  // a small basis: restarts
            return spectral_norm(A, own);
        };
        check_resumption(norm, 40, seed);
    }
}

TEST_CASE("log: rho(|W|) goes on to the same bits") {
    for (unsigned seed : {1u, 2u}) {
        // Two blocks that hardly touch: the iteration is slow, and takes Krylov steps.
        auto W = matrices::iid<double>(800, 3, seed);
        for (std::int64_t i = 0; i < W.n_rows; ++i)
            for (auto p = W.view().row_begin(i); p < W.view().row_end(i); ++p)
                if ((i < 400) != (W.indices[static_cast<std::size_t>(p)] < 400))
                    W.values[static_cast<std::size_t>(p)] *= 1e-5;
        const linear_map A = sparse_operator(W.view());
        check_resumption([&](const SolverOptions& o) { return perron_radius(A, o); }, 10, seed);
    }
}

TEST_CASE("log: mu_D goes on to the same bits") {
    for (unsigned seed : {1u, 2u}) {
        const auto W = matrices::iid<double>(120, 6, seed);
        const linear_map A = sparse_operator(W.view());
        check_resumption([&](const SolverOptions& o) { return scaled_norm(A, o).bracket; }, 40, seed);
    }
}

TEST_CASE("log: w(W) goes on to the same bits") {
    const auto W = matrices::iid<double>(400, 7, 3);
    const linear_map A = sparse_operator(W.view());
    check_resumption([&](const SolverOptions& o) { return numerical_radius(A, o); }, 40, 3);
}

TEST_CASE("log: the worst-case growth goes on to the same bits, its ascents, words and certificates too") {
    auto W = matrices::iid<double>(120, 6, 4);
    unsigned seed = 4;
    for (const bool signs : {false, true}) {
        if (signs)
            for (std::size_t k = 0; k < W.values.size(); ++k)
                W.values[k] = std::copysign(W.values[k], W.indices[k] % 5 == 0 ? -1.0 : 1.0);
        const linear_map A = sparse_operator(W.view());
        for (const double leak : {1.0, 0.4}) {
            const SlopeRange slopes{.lo = 0.0, .hi = 0.6, .leak = leak};
            check_resumption([&](const SolverOptions& o) { return worst_case_growth(A, slopes, o).bracket; }, 20,
                             seed++);
        }
    }
}

TEST_CASE("log: rho with leaks goes on to the same bits") {
    const auto W = matrices::iid<double>(300, 6, 8);
    const linear_map A = sparse_operator(W.view());
    std::vector<double> leaks(300);
    for (std::size_t i = 0; i < leaks.size(); ++i) leaks[i] = 0.2 + 0.002 * static_cast<double>(i);
    check_resumption([&](const SolverOptions& o) { return leaky_radius(A, leaks, o); }, 20, 8);
}

TEST_CASE("log: a save that says stop ends the run, an inner one too") {
    const auto W = matrices::iid<double>(3000, 6, 2);
    const linear_map A = sparse_operator(W.view());
    for (const std::int64_t stop_at : {1, 3, 40}) {
        std::int64_t saves = 0;
        run_log log({{}, 0.0, [&](const log_state&) { return ++saves == stop_at; }});
        SolverOptions options;
        options.log = &log;
        CHECK(spectral_radius(A, options).status == Status::budget_spent);
        log.close();
        CHECK(saves == stop_at + 1);  // the state at the end
    }
}

TEST_CASE("log: a stage within an iteration of another goes on too") {
    // mu_D: the upper bounds by Chebyshev's recurrence are within the search.
    const auto W = matrices::iid<double>(600, 5, 2);
    const linear_map A = sparse_operator(W.view());
    const estimator estimate = [&](const SolverOptions& o) { return scaled_norm(A, o).bracket; };
    std::size_t nested = 0;
    for (const log_state& from : states_of(estimate).states(40)) {
        if (from.size() < 2 || from[from.size() - 2].finished || from.back().integers.empty()) continue;
        log_state first;
        run_log log({from, each_iteration, [&](const log_state& s) {
                         first = s;
                         return true;
                     }});
        static_cast<void>(estimate({.rtol = 1e-4, .seed = 3, .log = &log}));
        // What is saved first is the state that was read, or a later one: where the inner stage was at its end the
        // outer one has gone on.
        const std::int64_t inner = from.back().products;
        if (first.size() == from.size()) {
            ++nested;
            CHECK(first.back().products >= inner);
        } else {
            REQUIRE(first.size() == from.size() - 1);
            CHECK(first.back().products >= from[first.size() - 1].products + inner);
        }
    }
    CHECK(nested > 0);
}

TEST_CASE("log: numbers that do not fit are refused, and none of them makes the library read beyond its arrays") {
    const auto W = matrices::iid<double>(120, 6, 1);
    const linear_map A = sparse_operator(W.view());
    const std::vector<estimator> estimates{
        [&](const SolverOptions& o) { return spectral_radius(A, o, {.condition = true}); },
        [&](const SolverOptions& o) { return spectral_norm(A, o); },
        [&](const SolverOptions& o) { return perron_radius(A, o); },
        [&](const SolverOptions& o) { return scaled_norm(A, o).bracket; },
        [&](const SolverOptions& o) { return numerical_radius(A, o); },
        [&](const SolverOptions& o) { return worst_case_growth(A, SlopeRange{}, o).bracket; }};
    std::mt19937_64 generator(5);
    std::int64_t refused = 0;
    for (const estimator& estimate : estimates) {
        const std::vector<log_state> states = states_of(estimate).states(40);
        for (int trial = 0; trial < 40; ++trial) {
            log_state bad = states[generator() % states.size()];
            RunRecord& record = bad[generator() % bad.size()];
            constexpr std::int64_t large = std::int64_t{1} << 62;
            const std::int64_t others[] = {-1, 0, 1, 7, 1000, large, -large, std::numeric_limits<std::int64_t>::min()};
            switch (generator() % 5) {
                case 0:
                    record.products = others[generator() % 8];
                    break;
                case 1:
                    halve_reals(record);
                    break;
                case 2:
                    record.integers.push_back(1);
                    break;
                case 3:
                    std::swap(record.integers, bad.front().integers);
                    break;
                default:
                    if (!record.integers.empty())
                        record.integers[generator() % record.integers.size()] = others[generator() % 8];
            }
            run_log log({std::move(bad), 300.0, {}});
            SolverOptions options;
            options.seed = 3;
            options.rtol = 1e-4;
            options.log = &log;
            options.max_matvecs = 20'000;
            try {
                static_cast<void>(estimate(options));
            } catch (const std::invalid_argument&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 60);
}

TEST_CASE("log: a state of another run is refused") {
    const auto W = matrices::iid<double>(700, 8, 1), V = matrices::iid<double>(650, 8, 1);
    const linear_map A = sparse_operator(W.view()), B = sparse_operator(V.view());
    const estimator one = [&](const SolverOptions& o) { return spectral_radius(A, o); };
    const estimator other = [&](const SolverOptions& o) { return spectral_radius(B, o); };
    const log_state state = states_of(one).last();
    CHECK_THROWS_AS(logged(other, state, seldom), std::invalid_argument);
    CHECK_THROWS_AS(run_log({{}, -1.0, {}}), std::invalid_argument);
}
