#include "matrices.hpp"

#include <rhochain/rhochain.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace rhochain;

namespace {

std::vector<csr<double, std::int32_t>> reservoirs() {
    std::vector<csr<double, std::int32_t>> all;
    for (unsigned seed = 0; seed < 12; ++seed)
        all.push_back(matrices::random_csr<double, std::int32_t>(20 + 15 * seed, 20 + 15 * seed, 0.15, seed));
    return all;
}

bool same_numbers(const Bracket& a, const Bracket& b) {
    return a.value == b.value && a.lower.value == b.lower.value && a.upper.value == b.upper.value &&
           a.lower.source == b.lower.source && a.upper.source == b.upper.source && a.matvecs == b.matvecs &&
           a.status == b.status && a.vector == b.vector;
}

Bracket radius_of(const linear_map& W, const SolverOptions& options) { return spectral_radius(W, options); }

}  // namespace

TEST_CASE("each of many matrices has the bits of a call of its own, on any number of threads") {
    const auto all = reservoirs();
    const auto make = [&](std::int64_t i) -> linear_map {
        return sparse_operator(all[static_cast<std::size_t>(i)].view()).prepared(std::size_t{1} << 30);
    };
    SolverOptions options;
    options.seed = 3;
    for (const int threads : {1, 2, 3}) {
        const auto outcomes =
            solve_many(space(static_cast<std::int64_t>(all.size()), threads), make, radius_of, options);
        REQUIRE(outcomes.size() == all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            CHECK(outcomes[i].done);
            CHECK(outcomes[i].failure == nullptr);
            CHECK(same_numbers(outcomes[i].bracket, radius_of(make(static_cast<std::int64_t>(i)).with(1), options)));
        }
    }
}

TEST_CASE("a matrix that fails leaves its exception, and the others go on") {
    const auto all = reservoirs();
    const auto make = [&](std::int64_t i) -> linear_map {
        if (i == 1) throw std::invalid_argument("no such matrix");
        return sparse_operator(all[static_cast<std::size_t>(i)].view());
    };
    const auto solve = [](const linear_map& W, const SolverOptions& options) {
        if (W.rows() == 50) throw std::runtime_error("no such radius");
        return radius_of(W, options);
    };
    const auto outcomes = solve_many(space(4, 2), make, solve, {});
    CHECK_THROWS_AS(std::rethrow_exception(outcomes[1].failure), std::invalid_argument);
    CHECK_THROWS_AS(std::rethrow_exception(outcomes[2].failure), std::runtime_error);
    for (const std::size_t i : {std::size_t{0}, std::size_t{3}}) CHECK(outcomes[i].bracket.value > 0.0);
    for (const ManyOutcome& outcome : outcomes) CHECK(outcome.done);
    CHECK(solve_many(space(0, 2), make, solve, {}).empty());
}

TEST_CASE("an interrupt is asked for by the calling thread alone and ends the loop") {
    const auto all = reservoirs();
    const auto make = [&](std::int64_t i) -> linear_map {
        return sparse_operator(all[static_cast<std::size_t>(i % 12)].view());
    };
    const auto caller = std::this_thread::get_id();
    std::atomic<bool> elsewhere = false;
    SolverOptions options;
    options.interrupt = [&] {
        elsewhere = elsewhere || std::this_thread::get_id() != caller;
        return true;
    };
    const auto slow = [](const linear_map& W, const SolverOptions& own) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return radius_of(W, own);
    };
    const auto outcomes = solve_many(space(2000, 2), make, slow, options);
    CHECK(!elsewhere);
    const auto done = std::count_if(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.done; });
    CHECK(done > 0);
    CHECK(done < 2000);
}
