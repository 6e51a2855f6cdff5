// Runs of a chain on ranks that end early, that save their state or that go on from one: all ranks do so after the same
// step.
#include "kept_state.hpp"
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/chains/measures/lyapunov.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

using namespace rhochain;
using namespace thread_ranks;

namespace {

const partition three_ranks{{1, 2, partition::rest}};

struct rescaled_network {
    static constexpr std::int64_t n = 300, K = 30, b = 2;

    plain_slices::matrix W = matrices::iid<double>(n, 6, 9);
    // Columns are rescaled every few steps.
    std::vector<double> S = [] {
        auto x = matrices::random_vector(n * K, 4);
        for (double& s : x) s *= 1e-6;
        return x;
    }();
    std::vector<double> X = matrices::random_vector(n * b, 8);

    [[nodiscard]] jacobian_chain chain(const slices& s, row_source rows) const {
        return {plain_slices(W, s), slope_source::of_slopes(std::move(rows)), {.form = convention::post, .leak = 0.9}};
    }
    [[nodiscard]] jacobian_chain chain(const slices& s) const { return chain(s, row_source(S.data(), K, n, n)); }

    // P^T X, with all numbers of the result that every rank has.
    [[nodiscard]] std::vector<double> product(const jacobian_chain& P, const slices& s,
                                              const chain_progress& progress = {},
                                              const ChainRecording& recording = {}) const {
        const auto own = slice_of(X, P.domain(), b);
        const ChainResult r = P.vjp({own.data(), P.domain().length(), b}, progress, recording);
        std::vector<double> numbers{static_cast<double>(r.done)};
        numbers.insert(numbers.end(), r.log_norms.begin(), r.log_norms.end());
        for (const std::int64_t e : r.exponents) numbers.push_back(static_cast<double>(e));
        const auto whole = whole_block({r.mantissas.data(), P.domain().length(), b}, s, n);
        numbers.insert(numbers.end(), whole.begin(), whole.end());
        return numbers;
    }
};

enum class ending { refused, failure_elsewhere, other };

ending ending_of(const std::exception_ptr& thrown) {
    if (!thrown) return ending::other;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::invalid_argument&) {
        return ending::refused;
    } catch (const rank_failure&) {
        return ending::failure_elsewhere;
    } catch (...) {
        return ending::other;
    }
}

// Rows in memory that are fetched one by one, after `before(row)`.
row_source fetched(const std::vector<double>& S, std::function<void(std::int64_t row)> before) {
    row_source rows(
        [&S, before = std::move(before)](std::int64_t begin, std::int64_t end, std::int64_t first, std::int64_t columns,
                                         double* out) {
            before(begin);
            for (std::int64_t k = begin; k < end; ++k, out += columns)
                std::copy_n(S.begin() + k * rescaled_network::n + first, columns, out);
        },
        rescaled_network::K, rescaled_network::n);
    rows.limit_blocks(8 * rescaled_network::n);
    return rows;
}

}  // namespace

TEST_CASE("a progress function of one rank stops a run on all ranks, and leaves the next run alone") {
    const rescaled_network N;
    for (const int stopping : {0, 2}) {
        const auto runs = results_of_ranks(three_ranks, [&](const slices& s) {
            const jacobian_chain P = N.chain(s);
            chain_progress progress;
            if (s.group->rank() == stopping) progress = [](std::int64_t done, std::int64_t) { return done == 7; };
            const auto stopped = N.product(P, s, progress);
            return std::pair(stopped, N.product(P, s));
        });
        for (const auto& [stopped, whole] : runs) {
            CHECK(stopped == runs.front().first);
            // All ranks learn of it in the step after, at the latest.
            CHECK(stopped[0] >= 7);
            CHECK(stopped[0] <= 8);
            CHECK(whole == runs.front().second);
            CHECK(whole[0] == N.K);
        }
    }
}

TEST_CASE("rows of which each rank has its columns alone are read as whole rows are") {
    const rescaled_network N;
    const auto whole = results_of_ranks({}, [&](const slices& s) { return N.product(N.chain(s), s); }).front();
    const auto of_columns = [&]<class Scalar>(Scalar, const slices& s) {
        const space S = s.of(N.n);
        std::vector<Scalar> own;
        for (std::int64_t k = 0; k < N.K; ++k)
            for (std::int64_t i = S.first(); i < S.first() + S.length(); ++i)
                own.push_back(static_cast<Scalar>(N.S[static_cast<std::size_t>(k * N.n + i)]));
        return N.product(N.chain(s, row_source(own.data(), N.K, N.n, S.length(), S.first())), s);
    };
    const auto narrow = results_of_ranks({}, [&](const slices& s) { return of_columns(float{}, s); }).front();
    for (const partition& shared_out : aligned_partitions()) {
        for (const auto& numbers :
             results_of_ranks(shared_out, [&](const slices& s) { return of_columns(double{}, s); }))
            CHECK(numbers == whole);
        for (const auto& numbers :
             results_of_ranks(shared_out, [&](const slices& s) { return of_columns(float{}, s); }))
            CHECK(numbers == narrow);
    }
}

TEST_CASE("rows that each rank fetches are its own columns, and a fetch that stops or throws on one rank ends all") {
    const rescaled_network N;
    const auto in_memory = results_of_ranks({}, [&](const slices& s) { return N.product(N.chain(s), s); }).front();
    for (const partition& shared_out : aligned_partitions()) {
        const auto results = results_of_ranks(
            shared_out, [&](const slices& s) { return N.product(N.chain(s, fetched(N.S, [](std::int64_t) {})), s); });
        for (const auto& numbers : results) CHECK(numbers == in_memory);
    }
    const auto stopped = results_of_ranks(three_ranks, [&](const slices& s) {
        const bool stops = s.group->rank() == 1;
        return N.product(N.chain(s, fetched(N.S,
                                            [=](std::int64_t row) {
                                                if (stops && row == 20) throw reading_stopped{};
                                            })),
                         s);
    });
    for (const auto& numbers : stopped) {
        CHECK(numbers == stopped.front());
        CHECK(numbers[0] == N.K - 21);
    }
    const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
        const slices s{group, three_ranks};
        (void)N.product(N.chain(s, fetched(N.S,
                                           [=](std::int64_t row) {
                                               if (rank == 1 && row == 20) throw std::domain_error("no row");
                                           })),
                        s);
    });
    for (int rank = 0; rank < 3; ++rank) {
        REQUIRE(thrown[static_cast<std::size_t>(rank)]);
        if (rank == 1)
            CHECK_THROWS_WITH_AS(std::rethrow_exception(thrown[1]), "no row", std::domain_error);
        else
            CHECK_THROWS_WITH_AS(std::rethrow_exception(thrown[static_cast<std::size_t>(rank)]), "rank 1: no row",
                                 rank_failure);
    }
}

namespace {

// The states that the first rank saves of a run on ranks: `run` takes the slices and where to save.
std::vector<kept_state> states_of(const partition& shared_out,
                                  const std::function<void(const slices&, const ChainSaving&)>& run) {
    const auto states = results_of_ranks(shared_out, [&](const slices& s) {
        std::vector<kept_state> kept;
        ChainSaving saving;
        saving.save_seconds = 0.0;
        if (s.group->rank() == 0)
            saving.save = [&](const chain_state& state) { return kept.emplace_back(state), false; };
        run(s, saving);
        return kept;
    });
    return states.front();
}

ChainSaving going_on(const kept_state& state, int rank) {
    ChainSaving saving;
    if (rank == 0) saving.resume = state.state();
    return saving;
}

}  // namespace

TEST_CASE("the states that the first rank saves lead to the bits of the unbroken run on any number of ranks") {
    const rescaled_network N;
    const auto product = [&](const slices& s, const ChainSaving& saving) {
        return N.product(N.chain(s), s, {}, ChainRecording{saving, 1});
    };
    const auto spectrum = [&](const slices& s, const ChainSaving& saving) {
        LyapunovOptions options;
        options.saving = saving;
        const LyapunovSpectrum found = lyapunov_spectrum(N.chain(s), N.b, options);
        std::vector<double> numbers = found.exponents;
        numbers.insert(numbers.end(), found.history.begin(), found.history.end());
        return numbers;
    };
    const auto norm = [&](const slices& s, const ChainSaving& saving) {
        SolverOptions options;
        options.rtol = 0.3;
        const Bracket found = chain_norm(N.chain(s), options, saving);
        return std::vector<double>{found.lower.value, found.value, found.upper.value,
                                   static_cast<double>(found.matvecs)};
    };
    const auto check = [&](const auto& run) {
        const auto unbroken = results_of_ranks({}, [&](const slices& s) { return run(s, {}); }).front();
        const auto alone = states_of({}, run);
        for (const std::size_t which : {std::size_t{1}, std::size_t{2}, std::size_t{4}}) {
            const partition shared_out = aligned_partitions()[which];
            const auto states = states_of(shared_out, run);
            // What the first rank asks for after a step all ranks do after the next one.
            REQUIRE(states.size() >= N.K / 2);
            CHECK(states.back() == alone.back());
            for (std::size_t i = 0; i < states.size(); i += 9) {
                for (const partition& others : {shared_out, aligned_partitions()[3], partition{}})
                    for (const auto& numbers : results_of_ranks(
                             others, [&](const slices& s) { return run(s, going_on(states[i], s.group->rank())); }))
                        CHECK(numbers == unbroken);
            }
            const kept_state& of_one = alone[alone.size() / 2];
            for (const auto& numbers : results_of_ranks(
                     shared_out, [&](const slices& s) { return run(s, going_on(of_one, s.group->rank())); }))
                CHECK(numbers == unbroken);
            // A state that is none of the run ends the call on all ranks.
            for (const int holder : {0, 1}) {
                kept_state bad = states[1];
                if (holder == 0) bad.reals.push_back(0.0), bad.norms.pop_back();
                const auto thrown = outcomes_of_ranks(shared_out.ranks(), [&](const group_pointer& group, int rank) {
                    ChainSaving saving;
                    if (rank == holder) saving.resume = bad.state();
                    (void)run(slices{group, shared_out}, saving);
                });
                CHECK(ending_of(thrown[static_cast<std::size_t>(holder)]) == ending::refused);
                for (const auto& each : thrown) CHECK(ending_of(each) != ending::other);
            }
        }
    };
    check(product);
    check(spectrum);
    check(norm);
}

TEST_CASE("a state that the first rank cannot save stops all ranks after the same step") {
    const rescaled_network N;
    for (const bool throws : {false, true}) {
        std::vector<double> done(3, -1.0);
        const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
            ChainRecording recording;
            recording.save_seconds = 0.0;
            int saved = 0;
            if (rank == 0)
                recording.save = [&](const chain_state&) {
                    if (++saved > 4 && throws) throw std::domain_error("no room");
                    return saved > 4;
                };
            const slices s{group, three_ranks};
            done[static_cast<std::size_t>(rank)] = N.product(N.chain(s), s, {}, recording)[0];
        });
        for (int rank = 0; rank < 3; ++rank) {
            const auto& each = thrown[static_cast<std::size_t>(rank)];
            CHECK(static_cast<bool>(each) == throws);
            CHECK(done[static_cast<std::size_t>(rank)] == done[0]);
            if (!throws) CHECK(done[0] < N.K);
            if (throws && rank > 0) CHECK(ending_of(each) == ending::failure_elsewhere);
        }
    }
}
