// Estimates of a matrix whose rows are shared out to ranks: the numbers of one process, structure included.
#include "rank_comparisons.hpp"

#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include <rhochain/spectra/structure/sign_structure.hpp>
#include "spectra/structure/entry_sums.hpp"
#include "spectra/structure/on_first_rank.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace rank_comparisons;

namespace {

std::vector<double> radius(const linear_map& A) {
    std::vector<double> numbers;
    append(numbers, spectral_radius(A, {.rtol = 1e-2}), A.domain());
    return numbers;
}

std::vector<double> radius_of_modulus(const linear_map& A) {
    std::vector<double> numbers;
    append(numbers, perron_radius(A, {}), A.domain());
    return numbers;
}

std::vector<double> norm(const linear_map& A) {
    std::vector<double> numbers;
    append(numbers, spectral_norm(A, {.rtol = 1e-1}), A.domain());
    return numbers;
}

std::vector<double> scaling(const linear_map& A) {
    ScaledNorm found = scaled_norm(A, {.rtol = 0.3, .max_matvecs = 2000});
    std::vector<double> numbers;
    append(numbers, found.bracket, A.domain());
    numbers.push_back(found.attained.value);
    const std::vector<double> d = A.domain().assembled(found.scaling);
    numbers.insert(numbers.end(), d.begin(), d.end());
    return numbers;
}

std::vector<double> structure(const linear_map& A) {
    const component_partition P = strong_components(A);
    const sign_structure signs = signs_of(A);
    std::vector<double> numbers{static_cast<double>(P.count), static_cast<double>(P.longest_path),
                                static_cast<double>(signs.factorizes), static_cast<double>(signs.rows.lines.size())};
    for (const std::int64_t c : P.labels) numbers.push_back(static_cast<double>(c));
    return numbers;
}

// What the passes over the entries tell of each component, traces included.
std::vector<double> numbers_of(const entry_sums& sums) {
    std::vector<double> numbers;
    for (std::size_t c = 0; c < sums.lines.size(); ++c) {
        const component_summary& s = sums.lines[c];
        const trace_sums& t = sums.traces[c];
        for (const double x : {s.bound, s.radius_bound, t.trace, t.trace_terms, t.square, t.square_terms})
            numbers.push_back(x);
        for (const std::int64_t i : {s.component, s.entries, t.count}) numbers.push_back(static_cast<double>(i));
        for (const bool yes : {s.nonnegative, t.squared, static_cast<bool>(sums.signs_factorize[c])})
            numbers.push_back(yes ? 1.0 : 0.0);
    }
    return numbers;
}

std::vector<double> sums(const linear_map& A) {
    constexpr auto quantity = component_quantity::radius;
    if (A.entries() != nullptr) return numbers_of(sums_of_entries(A, strong_components(A), quantity));
    const auto whole = A.gathered();
    component_partition P;
    if (whole) P = strong_components(*whole);
    const entry_sums of_ranks = sums_of_ranks(A, whole, P, quantity);
    std::vector<double> numbers;
    on_first_rank(
        A.domain(), [&] { numbers = numbers_of(of_ranks); },
        [&](state_archive& s) { s.list(numbers, 0.0, 1, [&](double& x) { s(x); }); });
    return numbers;
}

}  // namespace

TEST_CASE("ranks sum of their rows and columns what one process sums, of unsorted rows too") {
    constexpr std::int64_t n = 300;
    matrix unsorted = matrices::iid<double>(n, 20, 4);
    const auto first = static_cast<std::size_t>(unsorted.indptr[200]);
    std::swap(unsorted.indices[first], unsorted.indices[first + 1]);
    std::swap(unsorted.values[first], unsorted.values[first + 1]);
    for (const matrix& W : {matrices::iid<double>(n, 20, 3), matrices::iid<double>(n, 2, 3), reducible(n),
                            of_one_sign_a_column(n), of_one_sign_a_row(n), nonnegative(n), unsorted}) {
        const std::vector<double> expected = sums(sparse_operator(W.view(), 1));
        CHECK(expected == sums(sparse_operator(W.view(), 2)));
        for (const partition& shared_out : {partition{}, {{1, 2, partition::rest}}, {{0, 3, partition::rest}}})
            check_same(expected, W, shared_out, sums);
    }
}

TEST_CASE("tr W^2 is unknown where a rank was given unsorted columns, all else is as of sorted ones") {
    constexpr std::int64_t n = 300;
    const matrix W = matrices::iid<double>(n, 20, 3);
    const partition in_three{{1, 2, partition::rest}};
    const auto of_ranks = [&](bool swapped) {
        return results_of_ranks(in_three,
                                [&](const slices& shared_out) {
                                    const space S = shared_out.of(n);
                                    const matrix rows = rows_of(W, S);
                                    matrix columns = rows_of(transpose(W.view()), S);
                                    if (swapped && S.rank() == 1) {
                                        std::swap(columns.indices[0], columns.indices[1]);
                                        std::swap(columns.values[0], columns.values[1]);
                                    }
                                    const linear_map A = sliced_operator<double, std::int32_t>(
                                        rows.view(), columns.view(), S, S, {0, everything});
                                    return sums(A);
                                })
            .front();
    };
    constexpr std::size_t per_component = 12, square = 4, square_terms = 5, count = 8, squared = 10;
    const std::vector<double> sorted = of_ranks(false), unsorted = of_ranks(true);
    REQUIRE(sorted.size() == unsorted.size());
    for (std::size_t k = 0; k < sorted.size(); ++k) {
        CAPTURE(k);
        const std::size_t field = k % per_component;
        if (field == square || field == square_terms || field == count || field == squared)
            CHECK(unsorted[k] == 0.0);
        else
            CHECK(unsorted[k] == doctest::Approx(sorted[k]).epsilon(1e-13));
    }
    CHECK(sorted[square_terms] > 0.0);
}

TEST_CASE("radii, norms and scalings of slices have the bits of one process, components and signs too") {
    const auto matrices_of = [](std::int64_t n) {
        return std::vector<matrix>{reducible(n), without_cycle(n), of_one_sign_a_column(n),
                                   matrices::iid<double>(n, 8, 5)};
    };
    const auto long_ones = matrices_of(two_pieces), short_ones = matrices_of(few);
    for (const quantity of : {structure, radius, radius_of_modulus, norm}) {
        for (const matrix& W : long_ones) check_same_bits(W, of);
        for (const matrix& W : short_ones) check_short_slices(W, of);
    }
    for (const std::size_t k : {0u, 1u}) {
        check_same_bits(long_ones[k], scaling);
        check_short_slices(short_ones[k], scaling);
    }
}

TEST_CASE("rows of one sign on every rank decide as in one process that signs factorize") {
    check_same_bits(of_one_sign_a_row(two_pieces), norm);
    check_short_slices(of_one_sign_a_row(few), norm);
}

TEST_CASE("entries far out of range are normalised alike on all ranks") {
    matrix W = reducible(two_pieces), V = reducible(few);
    for (matrix* small : {&W, &V})
        for (double& w : small->values) w *= 0x1p-700;
    for (const quantity of : {radius, radius_of_modulus, norm}) {
        check_same_bits(W, of);
        check_short_slices(V, of);
    }
}

TEST_CASE("where W does not fit into the first rank the bounds of one block hold") {
    const matrix W = reducible(two_pieces);
    const Bracket whole = spectral_radius(sparse_operator(W.view(), 1), {.rtol = 1e-2});
    const Bracket modulus = perron_radius(sparse_operator(W.view(), 1), {});
    const auto found = results_of_ranks(in_two_pieces, [&](const slices& s) {
        const part_of_rank part(W, s, 0);
        const Bracket rho = spectral_radius(part.map(), {.rtol = 1e-2});
        const Bracket perron = perron_radius(part.map(), {});
        return std::vector<double>{graded_lower(rho).value, graded_upper(rho).value, perron.lower.value,
                                   perron.upper.value};
    });
    for (const auto& ends : found) {
        CHECK(ends == found.front());
        CHECK(ends[0] <= graded_upper(whole).value);
        CHECK(ends[1] >= graded_lower(whole).value);
        CHECK(ends[2] <= modulus.upper.value);
        CHECK(ends[3] >= modulus.lower.value);
    }
}

TEST_CASE("a part of the wrong size, or one that is not valid, ends the call on all ranks") {
    const matrix W = matrices::iid<double>(two_pieces, 3, 2);
    const auto thrown = outcomes_of_ranks(2, [&](const group_pointer& group, int rank) {
        const slices s{group, in_two_pieces};
        const space S = s.of(two_pieces);
        matrix rows = rows_of(W, S);
        if (rank == 1) rows.values[3] = std::numeric_limits<double>::quiet_NaN();
        const matrix columns = rows_of(transpose(W.view()), S);
        sliced_operator<double, std::int32_t>(rows.view(), columns.view(), S, S, {0, 0});
    });
    CHECK_THROWS_AS(std::rethrow_exception(thrown[1]), std::invalid_argument);
    CHECK_THROWS_AS(std::rethrow_exception(thrown[0]), rank_failure);
}
