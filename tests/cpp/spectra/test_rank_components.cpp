// Estimates of a matrix whose rows are shared out to ranks: the numbers of one process, structure included.
#include "matrices.hpp"
#include "part_of_rank.hpp"

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/outer_eigenvalues.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include <rhochain/spectra/structure/sign_structure.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <vector>

using namespace rhochain;
using namespace thread_ranks;

namespace {

using matrix = square_matrix;

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

void append(std::vector<double>& numbers, const Bracket& b, const space& S) {
    for (const double x : {b.lower.value, b.value, b.upper.value, static_cast<double>(b.matvecs)}) numbers.push_back(x);
    numbers.push_back(static_cast<double>(b.lower.grade));
    numbers.push_back(static_cast<double>(b.upper.grade));
    std::vector<double> parts;
    for (const auto& z : b.vector) parts.push_back(z.real());
    if (!S.any(!parts.empty())) return;
    const std::vector<double> whole = S.assembled(parts);
    numbers.insert(numbers.end(), whole.begin(), whole.end());
}

using quantity = std::vector<double> (*)(const linear_map& A);

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

// A giant component, smaller ones and single vertices, with negative entries; its edges between components lead to
// smaller labels.
matrix reducible(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 2, 17);
    for (std::size_t p = 0; p < W.values.size(); ++p)
        if (p % 11 == 0) W.values[p] *= 3.0;
    return W;
}

matrix without_cycle(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 4, 18);
    for (std::int64_t i = 0; i < n; ++i)
        for (auto p = static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i)]);
             p < static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i) + 1]); ++p)
            if (W.indices[p] <= i) W.values[p] = 0.0;
    return W;
}

matrix of_one_sign_a_column(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 5, 19);
    for (std::size_t p = 0; p < W.values.size(); ++p)
        W.values[p] = std::abs(W.values[p]) * (W.indices[p] % 4 == 0 ? -1.0 : 1.0);
    return W;
}

matrix nonnegative(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 3, 20);
    for (double& w : W.values) w = std::abs(w);
    return W;
}

void check_same(const std::vector<double>& expected, const matrix& W, const partition& shared_out, quantity of) {
    const auto found =
        results_of_ranks(shared_out, [&](const slices& s) { return of(part_of_rank(W, s, everything).map()); });
    for (const auto& numbers : found) {
        REQUIRE(numbers.size() == expected.size());
        std::size_t different = 0;
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (numbers[i] != expected[i]) ++different;
        CHECK(different == 0);
    }
}

// Two ranks with rows have at least this many: pieces are as long as those of the library.
constexpr std::int64_t two_pieces = least_piece + 500;
const partition in_two_pieces{{1, partition::rest}, least_piece, least_piece};

// Two ranks beside one process, each with rows.
void check_same_bits(const matrix& W, quantity of) {
    check_same(of(sparse_operator(W.view(), 1)), W, in_two_pieces, of);
}

// Three ranks beside one, with short chunks; the first rank has few rows or none.
void check_short_slices(const matrix& W, quantity of) {
    const auto expected =
        results_of_ranks({}, [&](const slices& s) { return of(part_of_rank(W, s, everything).map()); }).front();
    for (const partition& shared_out : {partition{{1, 2, partition::rest}}, {{0, 3, partition::rest}}})
        check_same(expected, W, shared_out, of);
}

constexpr std::int64_t few = 1300;

}  // namespace

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
