// R(W): the deflation bound and signed words against dense eigenvalues; the whole answer on ranks and threads.
#include "dense_matrices.hpp"
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <doctest/doctest.h>

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/growth/numerical_radius.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include "spectra/growth/cycle_rate.hpp"
#include "spectra/growth/signed_words.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace rhochain;
using namespace thread_ranks;
using matrices::largest_modulus;

namespace {

using matrix = csr<double, std::int32_t>;

// rho(J_{p-1} .. J_0)^(1/p) from a dense product.
double dense_rate(const matrix& W, const slope_rows& cycle, const SlopeRange& slopes) {
    const std::int64_t n = W.n_rows;
    const auto at = [n](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * n + j); };
    const std::vector<double> D = matrices::dense(W.view());
    std::vector<double> P(D.size(), 0.0);
    for (std::int64_t i = 0; i < n; ++i) P[at(i, i)] = 1.0;
    for (const auto& active : cycle) {
        std::vector<double> next(D.size(), 0.0);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                const double a = slopes.leaks.empty() ? slopes.leak : slopes.leaks[static_cast<std::size_t>(i)];
                next[at(i, j)] = (1.0 - a) * P[at(i, j)];
                for (std::int64_t k = 0; k < n; ++k) {
                    const double s = active[static_cast<std::size_t>(k)] != 0 ? slopes.hi : slopes.lo;
                    next[at(i, j)] += a * D[at(i, k)] * s * P[at(k, j)];
                }
            }
        P = std::move(next);
    }
    return std::pow(largest_modulus(P, n), 1.0 / static_cast<double>(cycle.size()));
}

slope_rows random_cycle(std::size_t p, std::int64_t n, std::mt19937& gen) {
    slope_rows cycle(p, std::vector<std::uint8_t>(static_cast<std::size_t>(n)));
    for (auto& row : cycle)
        for (auto& active : row) active = gen() % 3 != 0 ? 1 : 0;
    return cycle;
}

std::vector<double> random_leaks(std::int64_t n, std::mt19937& gen) {
    std::uniform_real_distribution<double> leak(0.02, 1.0);
    std::vector<double> leaks(static_cast<std::size_t>(n));
    for (double& a : leaks) a = leak(gen);
    return leaks;
}

// With the least of the leaks beside them, as slope_jacobian wants it.
SlopeRange with_leaks(SlopeRange slopes, const std::vector<double>& leaks) {
    slopes.leak = *std::min_element(leaks.begin(), leaks.end());
    slopes.leaks = leaks;
    return slopes;
}

// Columns of one sign each, about a third of them below 0.
matrix dale(std::int64_t n, double density, std::mt19937& gen) {
    matrix W = matrices::random_csr<double, std::int32_t>(n, n, density, static_cast<unsigned>(gen()));
    std::vector<double> sign(static_cast<std::size_t>(n));
    for (double& s : sign) s = gen() % 3 == 0 ? -1.0 : 1.0;
    for (std::size_t p = 0; p < W.values.size(); ++p)
        W.values[p] = std::abs(W.values[p]) * sign[static_cast<std::size_t>(W.indices[p])];
    return W;
}

}  // namespace

TEST_CASE("the deflation bounds of a cycle hold its rate, closely where the dominant eigenvalue is isolated") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    int isolated = 0, close = 0;
    for (int trial = 0; trial < 60; ++trial) {
        const std::int64_t n = 1 + static_cast<std::int64_t>(gen() % 14);
        const auto p = 1 + static_cast<std::size_t>(gen() % 6);
        const double scale = std::exp2(static_cast<double>(static_cast<int>(gen() % 81)) - 40.0);
        matrix W = matrices::random_csr<double, std::int32_t>(n, n, 0.8, static_cast<unsigned>(gen()));
        double magnitude = 0.0;
        for (double& w : W.values) {
            w *= scale;
            magnitude += std::abs(w);
        }
        SlopeRange slopes{trial % 3 == 0 ? -0.2 : 0.0, 1.0, trial % 4 == 0 ? 0.5 : 1.0};
        const std::vector<double> leaks = random_leaks(n, gen);
        if (trial % 4 == 1) slopes = with_leaks(slopes, leaks);
        const linear_map A = sparse_operator(W.view(), 1);
        const slope_jacobian J(A, slopes);
        const slope_rows cycle = random_cycle(p, n, gen);
        Ledger ledger({}, A.domain());
        const cycle_vectors vectors = measure_cycle(J, cycle, seed, ledger);
        if (vectors.x.empty()) continue;  // a product that is zero
        const double rate = dense_rate(W, cycle, slopes);
        CAPTURE(n);
        CAPTURE(p);
        CAPTURE(scale);
        const auto [bound, above] = isolate_cycle(J, cycle, vectors, magnitude, 1e-9, seed, ledger);
        CHECK(bound.value <= rate * (1.0 + 1e-12));
        CHECK(above.value >= rate * (1.0 - 1e-12));
        CHECK(std::isinf(above.value) == (bound.value == 0.0));
        if (bound.value == 0.0) continue;
        ++isolated;
        CHECK(bound.grade == Grade::probable);
        close += bound.value >= rate * (1.0 - 1e-6) ? 1 : 0;
    }
    CHECK(isolated > 10);
    CHECK(2 * close > isolated);
}

TEST_CASE("poor vectors make a poor bound, never a false one") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    for (int trial = 0; trial < 60; ++trial) {
        constexpr std::int64_t n = 8;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.8, static_cast<unsigned>(gen()));
        const linear_map A = sparse_operator(W.view(), 1);
        const SlopeRange slopes;
        const slope_jacobian J(A, slopes);
        const slope_rows cycle = random_cycle(3, n, gen);
        Ledger ledger({}, A.domain());
        cycle_vectors vectors = measure_cycle(J, cycle, seed, ledger);
        if (vectors.rate == 0.0) continue;
        std::normal_distribution<double> normal(0.0, std::pow(10.0, -static_cast<double>(trial % 6)));
        for (auto* v : {&vectors.x, &vectors.y}) {
            double square = 0.0;
            const auto entries = entries_of(*v);
            for (double& entry : entries) {
                entry += normal(gen);
                square += entry * entry;
            }
            for (double& entry : entries) entry /= std::sqrt(square);
        }
        const double rate = dense_rate(W, cycle, slopes);
        const auto [below, above] = isolate_cycle(J, cycle, vectors, 30.0, 1e-9, seed, ledger);
        CHECK(below.value <= rate * (1.0 + 1e-12));
        CHECK(above.value >= rate * (1.0 - 1e-12));
    }
}

TEST_CASE("the bound of a signed word is the rate of its cycle, from below") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    for (int trial = 0; trial < 40; ++trial) {
        const std::int64_t n = 1 + static_cast<std::int64_t>(gen() % 12);
        matrix W = dale(n, 0.7, gen);
        if (trial % 2 == 0) W = transpose(W.view());
        SlopeRange slopes{trial % 3 == 0 ? -0.25 : 0.0, trial % 5 == 0 ? 1.5 : 1.0, trial % 4 == 0 ? 0.3 : 1.0};
        const std::vector<double> leaks = random_leaks(n, gen);
        if (trial % 8 > 5) slopes = with_leaks(slopes, leaks);
        const linear_map A = sparse_operator(W.view(), 1);
        Ledger ledger({}, A.domain());
        const sign_sets sets = find_sign_sets(A);
        CHECK(sets.all);
        constexpr double rtol = 1e-4;
        const signed_word word = best_signed_word(A, sets, slopes, rtol, ledger);
        CAPTURE(n);
        CHECK(word.bound.grade == Grade::proved);
        if (word.cycle.empty()) {
            CHECK(word.bound.value == 0.0);
            continue;
        }
        const double rate = dense_rate(W, word.cycle, slopes);
        CHECK(word.bound.value <= rate * (1.0 + 1e-12));
    }
}

TEST_CASE("no lower bound of components that are compared exceeds R, and no upper bound falls below it") {
    // Row sums of 10 but a growth of 7.07, beside an entry of 9.
    const matrix W{3, 3, {0, 2, 4, 5}, {0, 1, 0, 1, 2}, {5.0, -5.0, 5.0, 5.0, 9.0}};
    for (const double hi : {0.1, 0.25, 1.0, 1.129, 10.0})
        for (const double lo : {0.0, -0.5 * hi, -3.0 * hi}) {
            const WorstCaseGrowth g = worst_case_growth(sparse_operator(W.view(), 1), {lo, hi, 1.0});
            CAPTURE(lo);
            CAPTURE(hi);
            // Both ends of the range bring the entry; the block grows by at most sqrt(50) times the larger slope.
            CHECK(g.bracket.upper.value >= 9.0 * std::max(hi, -lo) * (1.0 - 1e-9));
            CHECK(g.bracket.lower.value <= 9.0 * std::max(hi, -lo) * (1.0 + 1e-9));
            CHECK(g.vanishes_below.value <= 1.0 / (9.0 * std::max(hi, -lo)) * (1.0 + 1e-9));
        }
}

namespace {

std::vector<double> numbers_of(const Bracket& b) {
    return {b.lower.value, static_cast<double>(b.lower.grade), b.value,
            b.upper.value, static_cast<double>(b.upper.grade), static_cast<double>(b.matvecs)};
}

std::vector<double> run_growth(const linear_map& A, const SlopeRange& slopes) {
    const WorstCaseGrowth g = worst_case_growth(A, slopes, {.rtol = 1e-2, .max_matvecs = 9000});
    std::vector<double> numbers = numbers_of(g.bracket);
    numbers.push_back(static_cast<double>(g.period));
    numbers.push_back(std::min(g.vanishes_below.value, 1e300));
    numbers.push_back(std::min(g.explodes_above.value, 1e300));
    const std::int64_t rows = A.domain().length();
    for (std::int64_t k = 0; k < g.period; ++k) {
        const auto first = g.active.begin() + k * rows;
        const auto whole = A.domain().assembled(std::vector<double>(first, first + rows));
        numbers.insert(numbers.end(), whole.begin(), whole.end());
    }
    return numbers;
}

std::vector<double> run_radius(const linear_map& A) {
    const Bracket b = numerical_radius(A, {.rtol = 1e-2, .max_matvecs = 4000});
    std::vector<double> numbers = numbers_of(b), real, imaginary;
    for (const auto& x : b.vector) {
        real.push_back(x.real());
        imaginary.push_back(x.imag());
    }
    for (const auto* part : {&real, &imaginary}) {
        const auto whole = A.domain().assembled(*part);
        numbers.insert(numbers.end(), whole.begin(), whole.end());
    }
    return numbers;
}

template <class Solver>
void check_same_bits_on_ranks(const matrix& W, const Solver& solve,
                              const std::vector<partition>& partitions = aligned_partitions()) {
    const auto on_this_rank = [&](const slices& s) { return solve(plain_slices(W, s)); };
    const auto expected = results_of_ranks({}, on_this_rank).front();
    REQUIRE(std::all_of(expected.begin(), expected.end(), [](double number) { return std::isfinite(number); }));
    for (const partition& shared_out : partitions)
        for (const auto& numbers : results_of_ranks(shared_out, on_this_rank)) CHECK(numbers == expected);
}

}  // namespace

TEST_CASE("the worst-case growth on slices has the bits of one process") {
    const matrix W = matrices::iid<double>(300, 6, 11);
    const std::vector<partition> partitions_of_three{{{1, 2, partition::rest}}, {{0, 1, partition::rest}}};
    SUBCASE("slopes from 0 to 1") {
        check_same_bits_on_ranks(W, [](const linear_map& A) { return run_growth(A, {}); });
    }
    SUBCASE("slopes of both signs and a leak") {
        check_same_bits_on_ranks(
            W, [](const linear_map& A) { return run_growth(A, {-0.2, 1.0, 0.5}); }, partitions_of_three);
    }
    SUBCASE("a leak for each neuron") {
        std::mt19937 gen{5};
        const std::vector<double> leaks = random_leaks(300, gen);
        const auto solve = [&](const linear_map& A) {
            const space& S = A.domain();
            const auto first = leaks.begin() + S.first();
            const std::vector<double> own(first, first + S.length());
            return run_growth(A, {.leaks = own});
        };
        check_same_bits_on_ranks(W, solve, partitions_of_three);
    }
}

TEST_CASE("the numerical radius on slices has the bits of one process") {
    check_same_bits_on_ranks(matrices::iid<double>(300, 6, 12), [](const linear_map& A) { return run_radius(A); });
}

TEST_CASE("the same bits for any number of threads") {
    const matrix W = matrices::iid<double>(20'000, 3, 13);
    const linear_map A = sparse_operator(W.view(), 1);
    const auto solve = [](const linear_map& map) {
        const WorstCaseGrowth g = worst_case_growth(map, {-0.1, 1.0, 0.8}, {.rtol = 1e-1, .max_matvecs = 2500});
        std::vector<double> numbers = numbers_of(g.bracket);
        numbers.insert(numbers.end(), g.active.begin(), g.active.end());
        return numbers;
    };
    const auto expected = solve(A);
    CHECK(solve(A.with(2)) == expected);
    CHECK(solve(A.with(3)) == expected);
}
