// An estimate that was ended at any moment goes on from its log to the bits of an unbroken run: from each state
// that was saved, and after each end that the caller asked for.
#include "matrices.hpp"

#include <rhochain/rhochain.hpp>
#include <rhochain/spectra/run_log.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace rhochain;

namespace {

using estimator = std::function<Bracket(const SolverOptions&)>;
using log_state = std::vector<RunRecord>;

void halve_reals(RunRecord& record) {
    const auto reals = record.real_numbers();
    const auto half = reals.first(reals.size() / 2);
    record.reals = std::make_shared<const buffer<double>>(half.begin(), half.end());
}

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

// The run with every state saved; `stop_at`: the record of the history at which the caller ends it.
Bracket logged(const estimator& estimate, log_state from, std::vector<log_state>& saved, std::int64_t stop_at = -1) {
    run_log log({std::move(from), 0.0, [&](const log_state& s) {
                     saved.push_back(s);
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

void check_resumption(const estimator& estimate, std::size_t least_states, unsigned seed) {
    SolverOptions plain;
    plain.rtol = 1e-4;
    plain.seed = 3;
    const Bracket unbroken = estimate(plain);
    std::vector<log_state> states, ignored;
    require_same_bits(logged(estimate, {}, states), unbroken);
    REQUIRE(states.size() >= least_states);
    std::mt19937_64 generator(seed);
    // Killed after a save: the states that a file would have held.
    for (int trial = 0; trial < 12; ++trial) {
        const std::size_t at = trial == 0 ? states.size() - 1 : generator() % states.size();
        CAPTURE(at);
        require_same_bits(logged(estimate, states[at], ignored), unbroken);
        ignored.clear();
    }
    // Ended by the caller, twice in a row.
    const auto looks = static_cast<std::int64_t>(unbroken.history.size());
    for (int trial = 0; trial < 6; ++trial) {
        const auto stop = static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(looks + 1));
        CAPTURE(stop);
        std::vector<log_state> first, second;
        static_cast<void>(logged(estimate, {}, first, stop));
        REQUIRE(!first.empty());
        static_cast<void>(logged(estimate, first.back(), second, stop / 2));
        REQUIRE(!second.empty());
        require_same_bits(logged(estimate, second.back(), ignored), unbroken);
        ignored.clear();
    }
}

}  // namespace

TEST_CASE("log: rho of matrices that take powers, Arnoldi and restarts goes on to the same bits") {
    for (unsigned seed : {1u, 2u}) {
        const auto W = matrices::iid<double>(700, 8, seed);
        const linear_map A = sparse_operator(W.view());
        check_resumption([&](const SolverOptions& o) { return spectral_radius(A, o); }, 20, seed);
        const RadiusGoal with_condition{.condition = true};
        check_resumption([&](const SolverOptions& o) { return spectral_radius(A, o, with_condition); }, 20, seed + 10);
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
        const auto W = matrices::iid<double>(3000, 6, seed);
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
        const auto W = matrices::iid<double>(500, 6, seed);
        const linear_map A = sparse_operator(W.view());
        check_resumption([&](const SolverOptions& o) { return scaled_norm(A, o).bracket; }, 40, seed);
    }
}

TEST_CASE("log: w(W) goes on to the same bits") {
    const auto W = matrices::iid<double>(900, 7, 3);
    const linear_map A = sparse_operator(W.view());
    check_resumption([&](const SolverOptions& o) { return numerical_radius(A, o); }, 40, 3);
}

TEST_CASE("log: the worst-case growth goes on to the same bits, its ascents, words and certificates too") {
    auto W = matrices::iid<double>(400, 6, 4);
    for (const bool signs : {false, true}) {
        if (signs)
            for (std::size_t k = 0; k < W.values.size(); ++k)
                W.values[k] = std::copysign(W.values[k], W.indices[k] % 5 == 0 ? -1.0 : 1.0);
        const linear_map A = sparse_operator(W.view());
        for (const double leak : {1.0, 0.4}) {
            const SlopeRange slopes{.lo = 0.0, .hi = 0.6, .leak = leak};
            check_resumption([&](const SolverOptions& o) { return worst_case_growth(A, slopes, o).bracket; }, 20, 4);
        }
    }
}

TEST_CASE("log: rho with leaks goes on to the same bits") {
    const auto W = matrices::iid<double>(500, 6, 8);
    const linear_map A = sparse_operator(W.view());
    std::vector<double> leaks(500);
    for (std::size_t i = 0; i < leaks.size(); ++i) leaks[i] = 0.2 + 0.001 * static_cast<double>(i);
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
    std::vector<log_state> states;
    static_cast<void>(logged(estimate, {}, states));
    std::size_t nested = 0;
    for (std::size_t k = 0; k < states.size(); k += 1 + states.size() / 40) {
        const log_state& from = states[k];
        if (from.size() < 2 || from[from.size() - 2].finished || from.back().integers.empty()) continue;
        ++nested;
        std::vector<log_state> later;
        static_cast<void>(logged(estimate, from, later));
        // What comes first is the state that was read.
        REQUIRE(!later.empty());
        CHECK(later.front().size() == from.size());
        CHECK(later.front().back().products >= from.back().products);
    }
    CHECK(nested > 0);
}

TEST_CASE("log: numbers that do not fit are refused, and none of them makes the library read beyond its arrays") {
    const auto W = matrices::iid<double>(300, 6, 1);
    const linear_map A = sparse_operator(W.view());
    const std::vector<double> ones(300, 1.0);
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
        std::vector<log_state> states;
        static_cast<void>(logged(estimate, {}, states));
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
    std::vector<log_state> states, ignored;
    static_cast<void>(logged([&](const SolverOptions& o) { return spectral_radius(A, o); }, {}, states));
    const estimator other = [&](const SolverOptions& o) { return spectral_radius(B, o); };
    CHECK_THROWS_AS(logged(other, states.back(), ignored), std::invalid_argument);
    CHECK_THROWS_AS(run_log({{}, -1.0, {}}), std::invalid_argument);
}
