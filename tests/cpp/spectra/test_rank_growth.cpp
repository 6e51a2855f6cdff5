// The growth of ranks under the worst slopes, with leaks and without, and outer eigenvalues: the numbers of one
// process.
#include "rank_comparisons.hpp"

#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/outer_eigenvalues.hpp>

#include <complex>
#include <cstddef>

using namespace rank_comparisons;

namespace {

std::vector<double> numbers_of(const WorstCaseGrowth& found, const linear_map& A) {
    std::vector<double> numbers;
    append(numbers, found.bracket, A.domain());
    numbers.insert(numbers.end(), {found.vanishes_below.value, found.explodes_above.value});
    const auto length = static_cast<std::ptrdiff_t>(A.domain().length());
    for (std::int64_t step = 0; step < found.period; ++step) {
        const auto begin = found.active.begin() + step * length;
        const std::vector<double> all = A.domain().assembled(std::vector<double>(begin, begin + length));
        numbers.insert(numbers.end(), all.begin(), all.end());
    }
    return numbers;
}

std::vector<double> growth(const linear_map& A) {
    return numbers_of(worst_case_growth(A, {.leak = 0.5}, {.rtol = 0.2, .max_matvecs = 400}), A);
}

// The leaks of the neurons of this rank, from 1/4 to 1.
std::vector<double> own_leaks(const space& S) {
    std::vector<double> leaks;
    for (std::int64_t i = S.first(); i < S.first() + S.length(); ++i)
        leaks.push_back(0.25 + 0.75 * static_cast<double>(i % 97) / 96.0);
    return leaks;
}

std::vector<double> growth_with_leaks(const linear_map& A) {
    const std::vector<double> leaks = own_leaks(A.domain());
    return numbers_of(worst_case_growth(A, {.leaks = leaks}, {.rtol = 0.2, .max_matvecs = 400}), A);
}

std::vector<double> linear_growth_with_leaks(const linear_map& A) {
    const std::vector<double> leaks = own_leaks(A.domain());
    return numbers_of(worst_case_growth(A, {.lo = 1.0, .leaks = leaks}, {.rtol = 0.1, .max_matvecs = 400}), A);
}

std::vector<double> radius_with_leaks(const linear_map& A) {
    const std::vector<double> leaks = own_leaks(A.domain());
    std::vector<double> numbers;
    append(numbers, leaky_radius(A, leaks, {.rtol = 1e-2, .max_matvecs = 600}, 0.75), A.domain());
    return numbers;
}

std::vector<double> radius_with_one_leak(const linear_map& A) {
    std::vector<double> numbers;
    append(numbers, leaky_radius(A, std::vector<double>{0.5}, {.rtol = 1e-2, .max_matvecs = 600}), A.domain());
    return numbers;
}

std::vector<double> outer(const linear_map& A) {
    const OuterEigenvalues found = outer_eigenvalues(A, 5, {.rtol = 1e-2, .max_matvecs = 600});
    std::vector<double> numbers;
    append(numbers, found.outermost, A.domain());
    numbers.insert(numbers.end(), {found.rest.value, static_cast<double>(found.rest.grade)});
    for (const OuterEigenvalue& v : found.values)
        numbers.insert(numbers.end(), {v.value.real(), v.value.imag(), std::isnan(v.radius) ? -1.0 : v.radius,
                                       static_cast<double>(v.grade), v.residual});
    return numbers;
}

}  // namespace

TEST_CASE("growth under the worst slopes has the bits of one process, each rank the slopes of its neurons") {
    for (const matrix& W : {reducible(two_pieces), without_cycle(two_pieces), of_one_sign_a_column(two_pieces)})
        check_same_bits(W, growth);
    for (const matrix& W : {reducible(few), without_cycle(few), of_one_sign_a_column(few)})
        check_short_slices(W, growth);
}

TEST_CASE("outer eigenvalues have the bits and grades of one process, by components and of one component") {
    const matrix cycle = matrices::bands(two_pieces, {{1, 1.5}}, true);
    for (const matrix& W :
         {reducible(two_pieces), without_cycle(two_pieces), matrices::iid<double>(two_pieces, 30, 7), cycle})
        check_same_bits(W, outer);
}

TEST_CASE("with a leak for each neuron ranks, without rows or with one, have the bits of one process") {
    constexpr std::int64_t two_pieces_and_a_row = 2 * least_piece + 1;
    for (const matrix& W : {reducible(two_pieces_and_a_row), nonnegative(two_pieces_and_a_row)}) {
        for (const quantity of : {radius_with_leaks, radius_with_one_leak, linear_growth_with_leaks, growth_with_leaks})
            check_same(of(sparse_operator(W.view(), 1)), W, {{1, 0, 1, partition::rest}, least_piece, least_piece}, of);
        check_same_bits(W, radius_with_leaks);
    }
    check_same_bits(without_cycle(two_pieces), radius_with_leaks);
    check_same_bits(without_cycle(two_pieces), growth_with_leaks);
    check_same_bits(of_one_sign_a_column(two_pieces), growth_with_leaks);
}

TEST_CASE("leaks that are refused on one rank are refused on all") {
    const matrix W = reducible(two_pieces);
    const auto thrown = outcomes_of_ranks(2, [&](const group_pointer& group, int rank) {
        const part_of_rank part(W, {group, in_two_pieces}, everything);
        std::vector<double> leaks = own_leaks(part.map().domain());
        if (rank == 1) leaks.back() = 0.0;
        static_cast<void>(worst_case_growth(part.map(), {.leaks = leaks}, {}));
    });
    for (const auto& each : thrown) CHECK_THROWS_AS(std::rethrow_exception(each), std::invalid_argument);
}

TEST_CASE("where W does not fit into the first rank the growth with leaks of neurons has the bounds of one block") {
    const matrix W = reducible(two_pieces);
    const SolverOptions brief{.rtol = 0.2, .max_matvecs = 400};
    const auto growth_between = [&](const linear_map& A) {
        const std::vector<double> leaks = own_leaks(A.domain());
        const Bracket found = worst_case_growth(A, {.leaks = leaks}, brief).bracket;
        return std::vector<double>{graded_lower(found).value, graded_upper(found).value};
    };
    const std::vector<double> whole = growth_between(sparse_operator(W.view(), 1));
    const auto found = results_of_ranks({{1, 0, partition::rest}, least_piece, least_piece},
                                        [&](const slices& s) { return growth_between(part_of_rank(W, s, 0).map()); });
    for (const auto& ends : found) {
        CHECK(ends == found.front());
        CHECK(ends[0] <= whole[1]);
        CHECK(ends[1] >= whole[0]);
    }
}
