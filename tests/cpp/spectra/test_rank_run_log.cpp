// An estimate of ranks that was ended at any moment goes on from its log, on any number of ranks and in one process, to
// the bits of an unbroken run.
#include "matrices.hpp"
#include "part_of_rank.hpp"
#include "plain_slices.hpp"
#include "rank_comparisons.hpp"
#include "saved_runs.hpp"
#include "state_sample.hpp"

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/growth/numerical_radius.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/run_log.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace rhochain;
using namespace thread_ranks;
using rank_comparisons::everything;
using rank_comparisons::reducible;

namespace {

using map_estimator = std::function<Bracket(const linear_map&, const SolverOptions&)>;
// Calls its argument with the map of each rank, or with that of the one process.
using map_user = std::function<void(const linear_map&, int rank)>;
using job = std::function<void(const map_user&)>;

job in_one_process(const square_matrix& W) {
    return [W](const map_user& use) { use(sparse_operator(W.view(), 1), 0); };
}
job on_ranks(const square_matrix& W, const partition& shared_out) {
    return [W, shared_out](const map_user& use) {
        run_ranks(shared_out.ranks(), [&](const group_pointer& group, int rank) {
            use(part_of_rank(W, {group, shared_out}, everything).map(), rank);
        });
    };
}
// Of products alone, with short chunks.
job on_plain_slices(const square_matrix& W, const partition& shared_out) {
    return [W, shared_out](const map_user& use) {
        run_ranks(shared_out.ranks(),
                  [&](const group_pointer& group, int rank) { use(plain_slices(W, {group, shared_out}), rank); });
    };
}

struct outcome {
    std::vector<double> numbers;  // of the bracket, with all of its vector
    state_sample saved;
    std::int64_t records = 0;  // of the history
};

std::vector<double> numbers_of(const Bracket& b, const space& S) {
    std::vector<double> numbers{b.lower.value, b.value, b.upper.value, static_cast<double>(b.matvecs)};
    numbers.push_back(static_cast<double>(b.lower.grade));
    numbers.push_back(static_cast<double>(b.upper.grade));
    numbers.push_back(static_cast<double>(b.status));
    std::vector<double> parts;
    for (const auto& z : b.vector) parts.push_back(z.real());
    if (!S.any(!parts.empty())) return numbers;
    const std::vector<double> whole = S.assembled(parts);
    numbers.insert(numbers.end(), whole.begin(), whole.end());
    return numbers;
}

// `ends`: the rank whose callback ends the run, at its record `at`; `first_save`: the first state that is saved ends
// it.
struct cut {
    int ends = -1;
    std::int64_t at = 0;
    bool first_save = false;
};

outcome logged_on_ranks(const job& run, const map_estimator& estimate, const log_state& from, double save_seconds,
                        cut end = {}, const state_sample& sample = state_sample()) {
    outcome found{.numbers = {}, .saved = sample};
    run([&](const linear_map& A, int rank) {
        RunSaving saving;
        if (rank == 0)
            saving = {from, save_seconds, [&](const log_state& s) {
                          found.saved.take(s);
                          return end.first_save;
                      }};
        run_log log(std::move(saving));
        SolverOptions options{.rtol = 1e-2, .seed = 3};
        options.log = &log;
        std::int64_t records = 0;
        options.callback = [&](const Progress&) { return ++records > end.at && rank == end.ends; };
        const Bracket b = estimate(A, options);
        log.close();
        const std::vector<double> numbers = numbers_of(b, A.domain());
        if (rank > 0) return;
        found.numbers = numbers;
        found.records = records;
    });
    return found;
}

bool equal_numbers(const std::vector<double>& a, const std::vector<double>& b) {
    const auto equal = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
}

std::int64_t products_of(const log_state& state) {
    return std::accumulate(state.begin(), state.end(), std::int64_t{0},
                           [](std::int64_t sum, const RunRecord& r) { return sum + r.products; });
}

// Runs of each job are killed after a save, or ended by the callback of a rank, and go on in the next job.
void check_resumption_on_ranks(const std::vector<job>& jobs, const map_estimator& estimate, std::size_t least_states,
                               unsigned seed) {
    std::mt19937_64 generator(seed);
    std::vector<double> unbroken;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
        CAPTURE(j);
        const outcome whole = logged_on_ranks(jobs[j], estimate, {}, each_iteration, {},
                                              state_sample(1, seed + static_cast<unsigned>(j)));
        if (unbroken.empty()) unbroken = whole.numbers;
        REQUIRE(equal_numbers(whole.numbers, unbroken));
        REQUIRE(whole.saved.taken() >= least_states);
        const job& next = jobs[(j + 1) % jobs.size()];
        CHECK(equal_numbers(logged_on_ranks(next, estimate, whole.saved.last(), seldom).numbers, unbroken));
        for (const log_state& state : whole.saved.states(2, j)) {
            CHECK(equal_numbers(logged_on_ranks(next, estimate, state, seldom).numbers, unbroken));
            // What is saved first is the state that was read, or a later one.
            const outcome ended = logged_on_ranks(next, estimate, state, each_iteration, {.first_save = true});
            CHECK(products_of(ended.saved.last()) >= products_of(state));
        }
        REQUIRE(whole.records > 0);
        const int rank = j == 0 ? 0 : static_cast<int>(generator() % 2);  // the first job has one
        const cut end{rank, static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(whole.records))};
        CAPTURE(end.at);
        const outcome first = logged_on_ranks(jobs[j], estimate, {}, j % 2 == 0 ? seldom : each_iteration, end);
        const outcome second = logged_on_ranks(next, estimate, first.saved.last(), each_iteration, {0, end.at / 2});
        CHECK(equal_numbers(logged_on_ranks(jobs[j], estimate, second.saved.last(), seldom).numbers, unbroken));
    }
}

const map_estimator radius_of_map = [](const linear_map& A, const SolverOptions& o) { return spectral_radius(A, o); };
const map_estimator coarse_radius_of_map = [](const linear_map& A, const SolverOptions& o) {
    SolverOptions own = o;
    own.rtol = 0.1;
    return spectral_radius(A, own);
};
const map_estimator norm_of_map = [](const linear_map& A, const SolverOptions& o) { return spectral_norm(A, o); };
const map_estimator modulus_of_map = [](const linear_map& A, const SolverOptions& o) { return perron_radius(A, o); };
const map_estimator scaling_of_map = [](const linear_map& A, const SolverOptions& o) {
    SolverOptions own = o;
    own.rtol = 0.3;
    own.max_matvecs = 2000;
    return scaled_norm(A, own).bracket;
};

const map_estimator range_of_map = [](const linear_map& A, const SolverOptions& o) { return numerical_radius(A, o); };
const map_estimator growth_of_map = [](const linear_map& A, const SolverOptions& o) {
    SolverOptions own = o;
    own.max_matvecs = 4000;
    return worst_case_growth(A, SlopeRange{.lo = 0.0, .hi = 0.6, .leak = 1.0}, own).bracket;
};

// Two components, of which the first rank solves the smaller one alone.
square_matrix two_blocks(std::int64_t n, std::int64_t small) {
    square_matrix W = matrices::iid<double>(n, 8, 4);
    for (std::int64_t i = 0; i < n; ++i)
        for (auto p = static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i)]);
             p < static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i) + 1]); ++p)
            if ((i < small) != (W.indices[p] < small)) W.values[p] = 0.0;
    return W;
}

// With the chunk of the library. Two ranks with rows have at least this many.
constexpr std::int64_t two_slices = least_piece + 256;
std::vector<job> on_one_and_two_ranks(const square_matrix& W) {
    return {in_one_process(W), on_ranks(W, {{1, partition::rest}, least_piece, least_piece})};
}
// With short chunks: one rank, three with rows, and three of which the first, which solves alone, has none.
std::vector<job> on_one_to_three_ranks(const square_matrix& W) {
    return {on_ranks(W, {}), on_ranks(W, {{1, 2, partition::rest}}), on_ranks(W, {{0, 3, partition::rest}})};
}

}  // namespace

TEST_CASE("log of ranks: estimates from products alone go on on other ranks to the same bits") {
    const auto W = matrices::iid<double>(300, 6, 2);
    std::vector<job> jobs;
    for (const partition& shared_out : aligned_partitions()) jobs.push_back(on_plain_slices(W, shared_out));
    unsigned seed = 1;
    for (const map_estimator& estimate : {radius_of_map, norm_of_map, scaling_of_map})
        check_resumption_on_ranks(jobs, estimate, 4, seed++);
    // Longer runs: one rank, three with rows, and three of which the first has none.
    for (const map_estimator& estimate : {range_of_map, growth_of_map})
        check_resumption_on_ranks({jobs[0], jobs[2], jobs[3]}, estimate, 4, seed++);
}

TEST_CASE("log of ranks: a radius goes on in one process and on ranks, components of the first rank alone too") {
    check_resumption_on_ranks(on_one_and_two_ranks(two_blocks(two_slices, two_slices / 5)), coarse_radius_of_map, 10,
                              5);
    check_resumption_on_ranks(on_one_and_two_ranks(reducible(two_slices)), modulus_of_map, 10, 6);
    const auto short_W = reducible(700), short_V = two_blocks(700, 140);
    check_resumption_on_ranks(on_one_to_three_ranks(short_W), radius_of_map, 10, 8);
    check_resumption_on_ranks(on_one_to_three_ranks(short_W), modulus_of_map, 10, 9);
    check_resumption_on_ranks(on_one_to_three_ranks(short_V), radius_of_map, 10, 10);
}

TEST_CASE("log of ranks: a norm and a scaling go on in one process and on ranks") {
    check_resumption_on_ranks(on_one_and_two_ranks(matrices::iid<double>(two_slices, 6, 8)), norm_of_map, 10, 8);
    check_resumption_on_ranks(on_one_and_two_ranks(two_blocks(two_slices, two_slices / 5)), scaling_of_map, 10, 9);
    check_resumption_on_ranks(on_one_to_three_ranks(matrices::iid<double>(700, 6, 8)), norm_of_map, 10, 10);
    check_resumption_on_ranks(on_one_to_three_ranks(two_blocks(700, 140)), scaling_of_map, 10, 11);
}

TEST_CASE("log of ranks: numbers that do not fit are refused by all ranks") {
    const auto W = matrices::iid<double>(600, 6, 2);
    const partition shared_out{{1, 2, partition::rest}};
    const job run = on_plain_slices(W, shared_out);
    std::mt19937_64 generator(4);
    std::int64_t refused = 0;
    for (const map_estimator& estimate : {radius_of_map, norm_of_map, scaling_of_map}) {
        const auto states = logged_on_ranks(run, estimate, {}, each_iteration, {}, state_sample(8)).saved.states(12);
        for (int trial = 0; trial < 12; ++trial) {
            log_state bad = states[generator() % states.size()];
            RunRecord& record = bad[generator() % bad.size()];
            if (trial % 3 == 0)
                halve_reals(record);
            else if (trial % 3 == 1)
                record.integers.push_back(1);
            else if (!record.integers.empty())
                record.integers[generator() % record.integers.size()] = std::int64_t{1} << 62;
            const auto thrown = outcomes_of_ranks(shared_out.ranks(), [&](const group_pointer& group, int rank) {
                run_log log(rank == 0 ? RunSaving{bad} : RunSaving{});
                SolverOptions options{.rtol = 1e-2, .seed = 3, .max_matvecs = 3000};
                options.log = &log;
                static_cast<void>(estimate(plain_slices(W, {group, shared_out}), options));
            });
            for (const auto& own : thrown) REQUIRE(static_cast<bool>(own) == static_cast<bool>(thrown.front()));
            if (!thrown.front()) continue;
            ++refused;
            for (const auto& own : thrown) CHECK_THROWS_AS(std::rethrow_exception(own), std::invalid_argument);
        }
    }
    CHECK(refused >= 12);
}

TEST_CASE("log of ranks: a save that throws, or says stop, ends the run on all ranks") {
    const auto W = matrices::iid<double>(600, 6, 2);
    const partition shared_out{{1, 2, partition::rest}};
    for (const bool throws : {false, true}) {
        std::vector<Status> status(3, Status::converged);
        const auto thrown = outcomes_of_ranks(shared_out.ranks(), [&](const group_pointer& group, int rank) {
            const auto save = [throws](const log_state&) -> bool {
                if (throws) throw std::domain_error("no room");
                return true;
            };
            run_log log(rank == 0 ? RunSaving{{}, 0.0, save} : RunSaving{});
            SolverOptions options{.rtol = 1e-6, .seed = 3};
            options.log = &log;
            status[static_cast<std::size_t>(rank)] =
                spectral_norm(plain_slices(W, {group, shared_out}), options).status;
        });
        if (!throws) {
            CHECK(status == std::vector<Status>(3, Status::budget_spent));
            continue;
        }
        CHECK_THROWS_AS(std::rethrow_exception(thrown[0]), std::domain_error);
        CHECK_THROWS_AS(std::rethrow_exception(thrown[1]), rank_failure);
        CHECK_THROWS_AS(std::rethrow_exception(thrown[2]), rank_failure);
    }
}
