// What ranks agree on (rank_group.hpp, space.hpp), with threads as ranks: failures, and numbers of all ranks put
// together.
#include "matrices.hpp"
#include "thread_ranks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
#include <string>

using namespace rhochain;
using namespace thread_ranks;

namespace {

// What was thrown, in words.
std::string text_of(const std::exception_ptr& thrown) {
    if (!thrown) return "nothing";
    try {
        std::rethrow_exception(thrown);
    } catch (const broken_gather& e) {
        return std::string("broken_gather: ") + e.what();
    } catch (const rank_failure& e) {
        return std::string("rank_failure: ") + e.what();
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "something else";
    }
}

std::vector<std::string> texts_of(const std::vector<std::exception_ptr>& thrown) {
    std::vector<std::string> texts;
    for (const auto& each : thrown) texts.push_back(text_of(each));
    return texts;
}

constexpr std::int64_t vector_length = 300;

}  // namespace

TEST_CASE("a rank that leaves, or that comes with other sizes, ends the gathers of the others") {
    const std::string left = "broken_gather: a rank has left before the others";
    const auto thrown = outcomes_of_ranks(3, [](const group_pointer& group, int rank) {
        (void)group->gather(1.0);
        if (rank == 1) throw std::runtime_error("on its own");
        for (;;) (void)group->gather(1.0);
    });
    CHECK(texts_of(thrown) == std::vector<std::string>{left, "on its own", left});
    const auto finished = outcomes_of_ranks(2, [](const group_pointer& group, int rank) {
        for (int i = 0; i < 5 + rank; ++i) (void)group->gather(1.0);
    });
    CHECK(texts_of(finished) == std::vector<std::string>{"nothing", left});
    const auto differing = outcomes_of_ranks(2, [](const group_pointer& group, int rank) {
        const std::vector<double> mine(100);
        (void)group->gather(mine, std::vector<std::int64_t>{100 + rank, 100 + rank});
    });
    for (const auto& each : texts_of(differing)) CHECK(each.starts_with("broken_gather"));
    CHECK_THROWS_WITH_AS(run_ranks(2,
                                   [](const group_pointer& group, int rank) {
                                       if (rank == 1) throw std::runtime_error("on its own");
                                       (void)group->gather(1.0);
                                   }),
                         "on its own", std::runtime_error);
}

TEST_CASE("a gather brings the numbers of all ranks in their order, also where a rank has none") {
    run_ranks(3, [](const group_pointer& group, int rank) {
        const std::vector<std::int64_t> counts{2, 0, 3};
        std::vector<double> mine(static_cast<std::size_t>(counts[static_cast<std::size_t>(rank)]));
        std::iota(mine.begin(), mine.end(), 10.0 * rank);
        for (int again = 0; again < 50; ++again)
            if (group->gather(mine, counts) != std::vector<double>{0.0, 1.0, 20.0, 21.0, 22.0})
                throw std::logic_error("order");
        if (group->gather(rank + 0.5) != std::vector<double>{0.5, 1.5, 2.5})
            throw std::logic_error("order of one number each");
    });
}

TEST_CASE("a failure on one rank ends the call on all of them, with its message, at the next gather") {
    for (const int failing : {0, 1, 2}) {
        const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
            const space S = slices{group, {{1, 2, partition::rest}}}.of(vector_length);
            if (S.any(false)) throw std::logic_error("found what is not there");
            S.attempt([&] {
                if (rank == failing) throw std::invalid_argument("column " + std::to_string(rank));
            });
            if (S.count(1) > 0) throw std::logic_error("went on");
        });
        for (int rank = 0; rank < 3; ++rank) {
            const std::string own = "column " + std::to_string(failing);
            const std::string text = text_of(thrown[static_cast<std::size_t>(rank)]);
            CHECK(text == (rank == failing ? own : "rank_failure: rank " + std::to_string(failing) + ": " + own));
        }
    }
}

TEST_CASE("a rank that leaves a call meets the others in whatever gather they come to; the group serves again") {
    for (const std::int64_t numbers : {0, 1, 15, 16, 300}) {
        const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
            const std::vector<double> mine(static_cast<std::size_t>(numbers));
            const std::vector<std::int64_t> counts(3, numbers);
            group->begin_call();
            try {
                if (rank == 1) {
                    group->fail(std::make_exception_ptr(std::bad_alloc()));
                    group->meet();
                }
                for (;;) (void)group->gather(mine, counts);
            } catch (const std::exception&) {
                CHECK(group->left());
                group->begin_call();
                if (group->gather(rank) != std::vector<double>{0.0, 1.0, 2.0}) throw std::logic_error("other numbers");
                throw;
            }
        });
        const std::string text = std::bad_alloc().what();
        CHECK(texts_of(thrown) ==
              std::vector<std::string>{"rank_failure: rank 1: " + text, text, "rank_failure: rank 1: " + text});
    }
}

TEST_CASE("what a gather within an attempt throws ends the call at once, on all ranks") {
    const auto thrown = outcomes_of_ranks(3, [](const group_pointer& group, int rank) {
        const space S = slices{group, {{1, 2, partition::rest}}}.of(vector_length);
        S.begin_call();
        S.attempt([&] {
            if (rank == 2) group->fail(std::make_exception_ptr(std::domain_error("late")));
            (void)S.count(1);
        });
        throw std::logic_error("went on");
    });
    const std::string other = "rank_failure: rank 2: late";
    CHECK(texts_of(thrown) == std::vector<std::string>{other, other, "late"});
}

TEST_CASE(
    "of several failures each rank throws its own, the others that of the first; the group serves again afterwards") {
    const auto thrown = outcomes_of_ranks(3, [](const group_pointer& group, int rank) {
        const space S = slices{group, {{1, 2, partition::rest}}}.of(vector_length);
        try {
            S.attempt([&] {
                if (rank > 0) throw std::runtime_error(std::string(2000, static_cast<char>('a' + rank)));
            });
            (void)S.count(1);
        } catch (const std::exception&) {
            if (S.count(rank) != 3) throw std::logic_error("the next sum is wrong");
            throw;
        }
    });
    CHECK(text_of(thrown[1]) == std::string(2000, 'b'));
    CHECK(text_of(thrown[2]) == std::string(2000, 'c'));
    // As much of the message as fits.
    CHECK(text_of(thrown[0]).starts_with("rank_failure: rank 1: bbbb"));
    CHECK(text_of(thrown[0]).find('c') == std::string::npos);
}

TEST_CASE("a stop or a saved state that one rank asks for is agreed on by all at the next gather") {
    const auto seen = results_of_ranks({{1, 2, partition::rest}}, [](const slices& s) {
        const space S = s.of(vector_length);
        std::vector<int> agreed;
        for (int round = 0; round < 6; ++round) {
            agreed.push_back((S.agreed_stop(s.group->rank() == 2 && round == 3) ? 1 : 0) +
                             (S.agreed_save(s.group->rank() == 0 && round == 1) ? 2 : 0));
            (void)S.count(0);
        }
        return agreed;
    });
    for (const auto& agreed : seen) CHECK(agreed == std::vector<int>{0, 0, 2, 0, 1, 1});
    const space alone(vector_length, 1);
    CHECK(alone.agreed_stop(true));
    CHECK(!alone.agreed_save(false));
}

TEST_CASE("numbers of all ranks: the first index, counts, extremes, copies") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const partition& shared_out : aligned_partitions()) {
        const int last = shared_out.ranks() - 1;
        const auto results = results_of_ranks(shared_out, [&](const slices& s) {
            const space S = s.of(vector_length);
            const int rank = s.group->rank();
            std::vector<double> numbers{7.0, 8.0};
            if (rank != last) numbers.assign(2, -1.0);
            S.broadcast(numbers, last);
            std::vector<double> indices(static_cast<std::size_t>(S.length()));
            std::iota(indices.begin(), indices.end(), static_cast<double>(S.first()));
            const auto found = [&](std::int64_t i) {
                return S.first_index(i >= S.first() && i < S.first() + S.length() ? i : -1);
            };
            const double one = rank == last ? nan : 1.0;
            std::vector<double> row{static_cast<double>(found(65)),
                                    static_cast<double>(S.first_index(-1)),
                                    static_cast<double>(S.first_index(S.length() > 0 ? S.first() : -1)),
                                    static_cast<double>(S.count(S.length())),
                                    S.largest(rank),
                                    S.least(-rank)};
            const bool found_nan[] = {std::isnan(S.largest(one)), std::isnan(S.least(one))};
            for (const bool holds : {S.any(rank == last), S.any(false), found_nan[0], found_nan[1]})
                row.push_back(holds ? 1.0 : 0.0);
            row.insert(row.end(), numbers.begin(), numbers.end());
            const std::vector<double> all = S.assembled(indices);
            row.insert(row.end(), all.begin(), all.end());
            return row;
        });
        std::vector<double> expected{65.0, -1.0, 0.0, static_cast<double>(vector_length)};
        for (const double number : {last, -last, 1, 0, 1, 1, 7, 8}) expected.push_back(number);
        for (std::int64_t i = 0; i < vector_length; ++i) expected.push_back(static_cast<double>(i));
        for (const auto& row : results) CHECK(row == expected);
    }
}

TEST_CASE("fold keeps the bits of a serial sum and product, and ends all ranks where its body throws") {
    const auto x = matrices::random_vector(vector_length, 3);
    std::vector<double> expected{0.1, 1.0};
    for (const double entry : x) expected = {expected[0] + entry, expected[1] * (1.0 + 0.01 * entry)};
    for (partition shared_out : aligned_partitions()) {
        // Rows by the piece, where nothing is aligned.
        for (const std::int64_t unit : {64, 31}) {
            shared_out.unit = unit;
            const auto results = results_of_ranks(shared_out, [&](const slices& s) {
                const space S = s.of(vector_length);
                const auto own = slice_of(x, S);
                std::vector<double> state{0.1, 1.0};
                S.fold(state, [&](std::span<double> so_far) {
                    for (const double entry : own) {
                        so_far[0] += entry;
                        so_far[1] *= 1.0 + 0.01 * entry;
                    }
                });
                return state;
            });
            for (const auto& state : results) CHECK(state == expected);
        }
    }
    const auto thrown = outcomes_of_ranks(3, [](const group_pointer& group, int rank) {
        const space S = slices{group, {{1, 2, partition::rest}}}.of(vector_length);
        std::vector<double> state(1);
        S.fold(state, [&](std::span<double>) {
            if (rank == 1) throw std::domain_error("in the middle");
        });
    });
    CHECK(texts_of(thrown) == std::vector<std::string>{"rank_failure: rank 1: in the middle", "in the middle",
                                                       "rank_failure: rank 1: in the middle"});
}
