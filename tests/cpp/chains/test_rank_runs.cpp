// Runs of a chain on ranks that end early, that save their state or that go on from one: all ranks do so after the same
// step.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/chains/jacobian_chain.hpp>
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
constexpr std::int64_t n = 300, K = 30, b = 2;

struct network {
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

// What a file of one rank would hold.
struct kept_state {
    std::int64_t done;
    std::int64_t rows;
    std::vector<double> vectors, norms, reals;
    std::vector<std::int64_t> integers;

    explicit kept_state(const chain_state& s)
        : done(s.done),
          rows(s.vectors.rows),
          vectors(s.vectors.flat().begin(), s.vectors.flat().end()),
          norms(s.norms.begin(), s.norms.end()),
          reals(s.reals.begin(), s.reals.end()),
          integers(s.integers.begin(), s.integers.end()) {}
    [[nodiscard]] chain_state state() const {
        return {done, {vectors.data(), rows, static_cast<std::int64_t>(norms.size())}, integers, norms, reals};
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
                std::copy_n(S.begin() + k * n + first, columns, out);
        },
        K, n);
    rows.limit_blocks(8 * n);
    return rows;
}

}  // namespace

TEST_CASE("a progress function of one rank stops a run on all ranks, and leaves the next run alone") {
    const network N;
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
            CHECK(whole[0] == K);
        }
    }
}

TEST_CASE("rows of which each rank has its columns alone are read as whole rows are") {
    const network N;
    const auto whole = results_of_ranks({}, [&](const slices& s) { return N.product(N.chain(s), s); }).front();
    const auto of_columns = [&]<class Scalar>(Scalar, const slices& s) {
        const space S = s.of(n);
        std::vector<Scalar> own;
        for (std::int64_t k = 0; k < K; ++k)
            for (std::int64_t i = S.first(); i < S.first() + S.length(); ++i)
                own.push_back(static_cast<Scalar>(N.S[static_cast<std::size_t>(k * n + i)]));
        return N.product(N.chain(s, row_source(own.data(), K, n, S.length(), S.first())), s);
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
    const network N;
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
        CHECK(numbers[0] == K - 21);
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

TEST_CASE("the states that ranks save lead to the bits of the unbroken run") {
    const network N;
    const auto unbroken = results_of_ranks({}, [&](const slices& s) { return N.product(N.chain(s), s); }).front();
    for (const partition& shared_out : {aligned_partitions()[1], aligned_partitions()[2], aligned_partitions()[4]}) {
        const auto states = results_of_ranks(shared_out, [&](const slices& s) {
            std::vector<kept_state> kept;
            ChainRecording recording;
            recording.save_seconds = 0.0;
            recording.save = [&](const chain_state& state) { return kept.emplace_back(state), false; };
            (void)N.product(N.chain(s), s, {}, recording);
            return kept;
        });
        for (const auto& kept : states) REQUIRE(kept.size() == states.front().size());
        // What one rank asks for after a step all ranks do after the next one.
        REQUIRE(states.front().size() >= K / 2);
        for (std::size_t i = 0; i < states.front().size(); i += 9) {
            const auto resumed = results_of_ranks(shared_out, [&](const slices& s) {
                ChainRecording recording;
                recording.resume = states[static_cast<std::size_t>(s.group->rank())][i].state();
                return N.product(N.chain(s), s, {}, recording);
            });
            for (const auto& numbers : resumed) CHECK(numbers == unbroken);
        }
        // A state that does not fit on one rank ends the call on all of them.
        for (const bool of_spectrum : {false, true}) {
            const auto thrown = outcomes_of_ranks(shared_out.ranks(), [&](const group_pointer& group, int rank) {
                const slices s{group, shared_out};
                kept_state own = states[static_cast<std::size_t>(rank)][5];
                if (rank == 1) own.reals.pop_back();
                ChainRecording recording;
                recording.resume = own.state();
                LyapunovOptions options;
                options.saving = recording;
                if (of_spectrum)
                    (void)lyapunov_spectrum(N.chain(s), b, options);
                else
                    (void)N.product(N.chain(s), s, {}, recording);
            });
            CHECK(ending_of(thrown[1]) == ending::refused);
            for (const auto& each : thrown) CHECK(ending_of(each) != ending::other);
        }
    }
}
