// Calls that end early on ranks: by an exception, by the budget of one rank, or at a start vector that is refused. All
// ranks end together.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>

#include "spectra/radius/perron_of_block.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace rhochain;
using namespace thread_ranks;

namespace {

using measure = Bracket (*)(const linear_map& A, const SolverOptions& options);

const measure measures[] = {
    [](const linear_map& A, const SolverOptions& options) { return spectral_norm(A, options); },
    [](const linear_map& A, const SolverOptions& options) { return spectral_radius(A, options); },
    [](const linear_map& A, const SolverOptions& options) {
        Ledger ledger(options, A.domain());
        Bracket b = perron_of_block(irreducible_block(A), options, ledger);
        ledger.close(b);
        return b;
    },
};

const partition three_ranks{{1, 2, partition::rest}};

plain_slices::matrix random_matrix() { return matrices::iid<double>(700, 7, 3); }

// How a run ends on one rank.
struct ending {
    Status status = Status::converged;
    std::int64_t matvecs = 0;
    double value = 0.0;
    std::int64_t products = 0;

    bool operator==(const ending&) const = default;
};

// The run on all ranks with options(rank).
template <class Options>
std::vector<ending> endings(measure run, const Options& options) {
    const auto W = random_matrix();
    return results_of_ranks(three_ranks, [&](const slices& s) {
        ending e;
        plain_slices A(W, s);
        A.before_products([&e] { ++e.products; });
        const Bracket b = run(A, options(s.group->rank()));
        e.status = b.status, e.matvecs = b.matvecs, e.value = b.value;
        return e;
    });
}

// Whether the rank `failing` has thrown its own exception, and the others rank_failure with its number and message.
void check_failure(const std::vector<std::exception_ptr>& thrown, int failing, const std::string& message) {
    for (int rank = 0; rank < static_cast<int>(thrown.size()); ++rank) {
        const auto& own = thrown[static_cast<std::size_t>(rank)];
        REQUIRE(own);
        if (rank == failing)
            CHECK_THROWS_WITH_AS(std::rethrow_exception(own), message.c_str(), std::domain_error);
        else
            CHECK_THROWS_WITH_AS(std::rethrow_exception(own),
                                 ("rank " + std::to_string(failing) + ": " + message).c_str(), rank_failure);
    }
}

}  // namespace

TEST_CASE("a product that throws on one rank ends every solver on all ranks") {
    const auto W = random_matrix();
    for (const measure run : measures)
        for (const int failing : {0, 2})
            for (const int at : {1, 2, 9}) {
                const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
                    plain_slices A(W, {group, three_ranks});
                    int products = 0;
                    A.before_products([&] {
                        if (++products == at && rank == failing) throw std::domain_error("no product");
                    });
                    (void)run(A, {});
                });
                check_failure(thrown, failing, "no product");
            }
}

TEST_CASE("a callback or an interrupt that throws on one rank ends the call on all ranks") {
    const auto W = random_matrix();
    for (const measure run : measures) {
        const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
            SolverOptions options;
            if (rank == 1) options.callback = [](const Progress&) -> bool { throw std::domain_error("no more"); };
            (void)run(plain_slices(W, {group, three_ranks}), options);
        });
        check_failure(thrown, 1, "no more");
    }
}

TEST_CASE("a budget of seconds or a callback of one rank stops all ranks after the same number of products") {
    for (const measure run : measures) {
        const ending whole = endings(run, [](int) { return SolverOptions{.rtol = 1e-12}; }).front();
        for (const int stopping : {0, 1, 2}) {
            const auto by_time = endings(run, [&](int rank) {
                SolverOptions options{.rtol = 1e-12};
                if (rank == stopping) options.max_seconds = 0.0;
                return options;
            });
            std::vector<int> calls(3, 0);
            const auto by_callback = endings(run, [&](int rank) {
                SolverOptions options{.rtol = 1e-12};
                if (rank == stopping)
                    options.callback = [&calls, rank](const Progress&) {
                        return ++calls[static_cast<std::size_t>(rank)] == 2;
                    };
                return options;
            });
            CHECK(calls[static_cast<std::size_t>(stopping)] == 2);
            for (const auto& stopped : {by_time, by_callback})
                for (const ending& e : stopped) {
                    CHECK(e == stopped.front());
                    CHECK(e.status == Status::budget_spent);
                    CHECK(e.products < whole.products);
                }
        }
    }
}

TEST_CASE("products that all ranks count end a run on all of them alike") {
    for (const measure run : measures)
        for (const std::int64_t most : {1, 7}) {
            const auto stopped = endings(run, [&](int) { return SolverOptions{.rtol = 1e-12, .max_matvecs = most}; });
            for (const ending& e : stopped) {
                CHECK(e == stopped.front());
                CHECK(e.status == Status::budget_spent);
            }
        }
}

TEST_CASE("a run that was stopped leaves the next one of the same group alone") {
    const auto W = random_matrix();
    const auto both = results_of_ranks(three_ranks, [&](const slices& s) {
        const linear_map A = plain_slices(W, s);
        const std::int64_t unbroken = spectral_norm(A).matvecs;
        SolverOptions hurried;
        if (s.group->rank() == 1) hurried.max_seconds = 0.0;
        const Bracket first = spectral_norm(A, hurried);
        const Bracket second = spectral_norm(A);
        return first.status == Status::budget_spent && second.status == Status::converged && second.matvecs == unbroken
                   ? 1
                   : 0;
    });
    for (const int as_expected : both) CHECK(as_expected == 1);
}

TEST_CASE("a start vector that is refused for one rank's slice is refused on all ranks") {
    const auto W = random_matrix();
    const auto refusals = [&](const std::vector<double>& start, std::int64_t shorter) {
        std::vector<std::exception_ptr> all;
        for (const measure run : {measures[0], measures[1]}) {
            const auto thrown = outcomes_of_ranks(3, [&](const group_pointer& group, int rank) {
                const plain_slices A(W, {group, three_ranks});
                auto own = slice_of(start, A.domain());
                if (rank == 2) own.resize(own.size() - static_cast<std::size_t>(shorter));
                SolverOptions options;
                options.start = own;
                (void)run(A, options);
            });
            all.insert(all.end(), thrown.begin(), thrown.end());
        }
        return all;
    };
    const auto check = [](const std::vector<std::exception_ptr>& thrown, const char* words) {
        for (const auto& each : thrown) {
            REQUIRE(each);
            CHECK_THROWS_WITH_AS(std::rethrow_exception(each), doctest::Contains(words), std::invalid_argument);
        }
    };
    std::vector<double> start(700, 1.0);
    start[80] = std::numeric_limits<double>::quiet_NaN();
    check(refusals(start, 0), "not finite");
    check(refusals(std::vector<double>(700, 0.0), 0), "the zero vector");
    check(refusals(std::vector<double>(700, 1.0), 1), "start");
    std::vector<double> one(700, 0.0);
    one[699] = 1.0;
    for (const auto& each : refusals(one, 0)) CHECK(!each);
}

TEST_CASE("a signal of one rank counts on all of them") {
    const auto W = random_matrix();
    for (const measure run : measures)
        for (const int signalled : {0, 1, 2}) {
            const auto seen = results_of_ranks(three_ranks, [&](const slices& s) {
                SolverOptions options{.rtol = 1e-12};
                options.interrupt = [&] { return s.group->rank() == signalled; };
                return run(plain_slices(W, s), options).interrupted ? 1 : 0;
            });
            CHECK(seen == std::vector<int>(3, 1));
        }
}
