// Estimates of ranks beside those of one process, number by number, and matrices that need their structure.
#pragma once

#include "matrices.hpp"
#include "part_of_rank.hpp"

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/estimate.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace rank_comparisons {

using namespace rhochain;
using namespace thread_ranks;

using matrix = square_matrix;

inline constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

inline void append(std::vector<double>& numbers, const Bracket& b, const space& S) {
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

// A giant component, smaller ones and single vertices, with negative entries; its edges between components lead to
// smaller labels.
inline matrix reducible(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 2, 17);
    for (std::size_t p = 0; p < W.values.size(); ++p)
        if (p % 11 == 0) W.values[p] *= 3.0;
    return W;
}

inline matrix without_cycle(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 4, 18);
    for (std::int64_t i = 0; i < n; ++i)
        for (auto p = static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i)]);
             p < static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i) + 1]); ++p)
            if (W.indices[p] <= i) W.values[p] = 0.0;
    return W;
}

inline matrix of_one_sign_a_column(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 5, 19);
    for (std::size_t p = 0; p < W.values.size(); ++p)
        W.values[p] = std::abs(W.values[p]) * (W.indices[p] % 4 == 0 ? -1.0 : 1.0);
    return W;
}

inline matrix of_one_sign_a_row(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 5, 21);
    for (std::int64_t i = 0; i < n; ++i)
        for (auto p = static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i)]);
             p < static_cast<std::size_t>(W.indptr[static_cast<std::size_t>(i) + 1]); ++p)
            W.values[p] = std::abs(W.values[p]) * (i % 3 == 0 ? -1.0 : 1.0);
    return W;
}

inline matrix nonnegative(std::int64_t n) {
    matrix W = matrices::iid<double>(n, 3, 20);
    for (double& w : W.values) w = std::abs(w);
    return W;
}

inline void check_same(const std::vector<double>& expected, const matrix& W, const partition& shared_out, quantity of) {
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
inline constexpr std::int64_t two_pieces = least_piece + 500;
inline const partition in_two_pieces{{1, partition::rest}, least_piece, least_piece};

// Two ranks beside one process, each with rows.
inline void check_same_bits(const matrix& W, quantity of) {
    check_same(of(sparse_operator(W.view(), 1)), W, in_two_pieces, of);
}

// Three ranks beside one, with short chunks; the first rank has few rows or none.
inline void check_short_slices(const matrix& W, quantity of) {
    const auto expected =
        results_of_ranks({}, [&](const slices& s) { return of(part_of_rank(W, s, everything).map()); }).front();
    for (const partition& shared_out : {partition{{1, 2, partition::rest}}, {{0, 3, partition::rest}}})
        check_same(expected, W, shared_out, of);
}

inline constexpr std::int64_t few = 1300;

}  // namespace rank_comparisons
