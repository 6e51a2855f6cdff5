// Steps of chains whose vectors are shared out to ranks: where slices begin at multiples of a chunk all numbers are
// those of one process.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/chains/steps/chain_step.hpp>
#include <rhochain/chains/steps/scaled_block.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <optional>

using namespace rhochain;
using namespace thread_ranks;

namespace {

struct kind_of_step {
    convention form;
    double leak;
    direction d;
    std::int64_t columns;
    bool by_neuron = false;
    bool linear = false;
};

std::vector<kind_of_step> kinds_of_step() {
    std::vector<kind_of_step> all;
    for (const convention form : {convention::pre, convention::post})
        for (const double leak : {1.0, 0.3})
            for (const direction d : {direction::forward, direction::backward})
                for (const std::int64_t columns : {1, 3, 8}) {
                    all.push_back({form, leak, d, columns});
                    if (leak == 1.0) continue;
                    all.push_back({form, leak, d, columns, true, false});
                    all.push_back({form, leak, d, columns, false, true});
                    all.push_back({form, leak, d, columns, true, true});
                }
    return all;
}

struct step_result {
    std::vector<double> squares, Y;
};

// One step with the factor or with its magnitudes; Y is the rows of this process.
step_result one_step(const kind_of_step& k, entry_map map, const linear_map& A, const linear_map& O) {
    const space& S = A.domain();
    auto slopes = matrices::random_vector(A.cols(), 6);
    if (map == entry_map::absolute)
        for (double& s : slopes) s = std::abs(s);
    const auto s = slice_of(slopes, S);
    auto V = slice_of(matrices::random_vector(A.cols() * k.columns, 7), S, k.columns);
    const auto columns = static_cast<std::size_t>(k.columns);
    std::vector<double> T(V.size()), Y(V.size()), squares(columns);
    const auto block = [&](std::vector<double>& x) { return as_block(mutable_block(x.data(), S.length(), k.columns)); };
    auto leaks = matrices::random_vector(A.cols(), 8);
    for (double& a : leaks) a = 0.5 + 0.4 * std::tanh(a);
    const neuron_leaks by_neuron(slice_of(leaks, S), S);
    const chain_rule rule = make_rule(A, k.form, k.by_neuron ? by_neuron : neuron_leaks(k.leak),
                                      k.linear ? std::optional(linear_part{O}) : std::nullopt);
    const chain_step step = make_step(rule, k.d, map, 0);
    std::vector<double> B(V.size());
    apply_step(step, as_vector(s), block(V), block(T), block(Y), squares, block(B));
    return {squares, Y};
}

// Of all kinds one after the other, all of Y.
std::vector<double> whole_steps(entry_map map, const plain_slices::matrix& W, const plain_slices::matrix& O,
                                const slices& s) {
    const linear_map A = plain_slices(W, s), linear = plain_slices(O, s);
    std::vector<double> numbers;
    for (const kind_of_step& k : kinds_of_step()) {
        const step_result own = one_step(k, map, A, linear);
        numbers.insert(numbers.end(), own.squares.begin(), own.squares.end());
        const auto Y = whole_block({own.Y.data(), A.domain().length(), k.columns}, s, W.n_rows);
        numbers.insert(numbers.end(), Y.begin(), Y.end());
    }
    return numbers;
}

}  // namespace

TEST_CASE("a step of a chain on slices has the bits of one process, forward and backward, with a leak and without") {
    const auto W = matrices::iid<double>(1300, 7, 3), O = matrices::iid<double>(1300, 3, 5);
    for (const entry_map map : {entry_map::identity, entry_map::absolute}) {
        const auto on_this_rank = [&](const slices& s) { return whole_steps(map, W, O, s); };
        const auto expected = results_of_ranks({}, on_this_rank).front();
        for (const partition& shared_out : aligned_partitions())
            for (const auto& numbers : results_of_ranks(shared_out, on_this_rank)) CHECK(numbers == expected);
    }
}

TEST_CASE("a step of a chain on ranks with the chunk of the library has the bits of the operator of one process") {
    constexpr std::int64_t n = least_piece + 300;
    const auto W = matrices::iid<double>(n, 5, 4), O = matrices::iid<double>(n, 3, 5);
    const linear_map A = sparse_operator(W.view(), 1), linear = sparse_operator(O.view(), 1);
    std::vector<double> expected;
    for (const kind_of_step& k : kinds_of_step()) {
        const step_result local = one_step(k, entry_map::identity, A, linear);
        expected.insert(expected.end(), local.squares.begin(), local.squares.end());
        expected.insert(expected.end(), local.Y.begin(), local.Y.end());
    }
    const auto on_this_rank = [&](const slices& s) { return whole_steps(entry_map::identity, W, O, s); };
    for (const partition& shared_out : {partition{{1, partition::rest}, least_piece, least_piece},
                                        {{0, 1, partition::rest}, least_piece, least_piece}})
        for (const auto& numbers : results_of_ranks(shared_out, on_this_rank)) CHECK(numbers == expected);
}

TEST_CASE("a leak out of range is refused on all ranks alike, with its index") {
    std::vector<double> leaks(300, 0.5);
    leaks[290] = 2.0;
    for (const partition& shared_out : aligned_partitions()) {
        const auto thrown = outcomes_of_ranks(shared_out.ranks(), [&](const group_pointer& group, int) {
            const space S = slices{group, shared_out}.of(300);
            (void)neuron_leaks(slice_of(leaks, S), S);
        });
        for (const auto& each : thrown) {
            REQUIRE(each);
            CHECK_THROWS_WITH_AS(std::rethrow_exception(each), "leak[290]: got 2.000000, expected 0 < leak <= 1",
                                 std::invalid_argument);
        }
    }
}

TEST_CASE("a scaled block on slices has the norms and exponents of one process, and refuses a bad entry on all ranks") {
    constexpr std::int64_t n = 700, b = 3;
    auto X = matrices::random_vector(n * b, 5);
    for (std::int64_t i = 0; i < n; ++i) {
        X[static_cast<std::size_t>(i * b)] *= 1e300;
        X[static_cast<std::size_t>(i * b + 1)] *= 1e-310;
    }
    const auto measured = [&](const slices& s) {
        const space S = s.of(n);
        const auto own = slice_of(X, S, b);
        scaled_block M(as_block(const_block(own.data(), S.length(), b)), "X", S);
        vector_block next(S, b);
        std::ranges::copy(own, entries_of(next).begin());
        const std::vector<double> out_of_range(3, 0.0);
        M.replace(next, 7, out_of_range);
        std::vector<double> numbers = M.norms();
        for (const std::int64_t e : M.exponents()) numbers.push_back(static_cast<double>(e));
        const auto whole = whole_block(entries_of(M.mantissas()), s, n);
        numbers.insert(numbers.end(), whole.begin(), whole.end());
        return numbers;
    };
    const auto expected = results_of_ranks({}, measured).front();
    for (const partition& shared_out : aligned_partitions())
        for (const auto& numbers : results_of_ranks(shared_out, measured)) CHECK(numbers == expected);
    X[650] = std::nan("");
    for (const partition& shared_out : aligned_partitions()) {
        const auto thrown = outcomes_of_ranks(
            shared_out.ranks(), [&](const group_pointer& group, int) { (void)measured({group, shared_out}); });
        for (const auto& each : thrown) {
            REQUIRE(each);
            CHECK_THROWS_WITH_AS(std::rethrow_exception(each), "X: got nan at position 650, expected finite numbers",
                                 std::invalid_argument);
        }
    }
}
