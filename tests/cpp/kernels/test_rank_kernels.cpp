// Operations on vectors of which each rank has a slice: where slices begin at multiples of a chunk the bits are those
// of one process.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/kernels/vectors/basis_ops.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/vectors/block_ops.hpp"
#include "kernels/vectors/gather.hpp"
#include "kernels/vectors/gram.hpp"
#include "kernels/vectors/random.hpp"
#include "krylov/block_qr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace rhochain;
using namespace thread_ranks;

namespace {

// Whether every rank of every partition gets the numbers that one process gets.
template <class Work>
void check_same_bits(const Work& work) {
    const auto expected = results_of_ranks({}, work).front();
    for (const partition& shared_out : aligned_partitions())
        for (const auto& result : results_of_ranks(shared_out, work)) CHECK(result == expected);
}

void append(std::vector<double>& numbers, const std::vector<double>& more) {
    numbers.insert(numbers.end(), more.begin(), more.end());
}

// Sums and extremes over x, y and positive weights, all of them numbers.
std::vector<double> sums_over(const std::vector<double>& x, const std::vector<double>& y,
                              const std::vector<double>& positive, const space& S) {
    const auto own_x = slice_of(x, S), own_y = slice_of(y, S), own_positive = slice_of(positive, S);
    const vector_in a = as_vector(own_x), b = as_vector(own_y), w = as_vector(own_positive);
    const extremes e = ratio_extremes(b, w, S);
    vector_block tiny(S), huge(S);
    copy_scaled(1e-200, a, tiny, S);
    copy_scaled(1e200, a, huge, S);
    return {dot(a, b, S), norm2(a, S), norm2(tiny, S), norm2(huge, S), sum(a, S), max_abs(b, S), e.lowest, e.highest};
}

}  // namespace

TEST_CASE("sums and extremes over slices have the bits of one process") {
    for (const std::int64_t n : {256, 320, 1999}) {
        const auto x = matrices::random_vector(n, 1), y = matrices::random_vector(n, 2);
        std::vector<double> positive = matrices::random_vector(n, 3);
        for (double& entry : positive) entry = std::max(0.0, entry);
        check_same_bits([&](const slices& s) { return sums_over(x, y, positive, s.of(n)); });
    }
}

TEST_CASE("three ranks with rows have the bits of the plain local space") {
    constexpr std::int64_t n = 30'000;
    const auto x = matrices::random_vector(n, 1), y = matrices::random_vector(n, 2);
    std::vector<double> positive = matrices::random_vector(n, 3);
    for (double& entry : positive) entry = std::abs(entry);
    const auto block = [&](const space& S) {
        std::vector<double> X(static_cast<std::size_t>(S.length() * 3)), G(9), R(9), diagonal(3);
        const block_out view = as_block(mutable_block(X.data(), S.length(), 3));
        fill_gaussian(view, 5, 2, S);
        gram(view, G, S);
        diagonal.push_back(orthonormalise(view, diagonal, S, R));
        append(G, diagonal);
        append(G, R);
        return std::pair(G, X);
    };
    const space local(n, 1);
    const auto expected = sums_over(x, y, positive, local);
    const auto [numbers, Q] = block(local);
    const partition shared_out{{1, 1, partition::rest}, least_piece, least_piece};
    const auto results = results_of_ranks(shared_out, [&](const slices& s) {
        const space S = s.of(n);
        auto [own_numbers, own_Q] = block(S);
        return std::tuple(sums_over(x, y, positive, S), own_numbers, whole_block({own_Q.data(), S.length(), 3}, s, n));
    });
    for (const auto& [sums, own_numbers, whole] : results) {
        CHECK(sums == expected);
        CHECK(own_numbers == numbers);
        CHECK(whole == Q);
    }
}

TEST_CASE("sums over slices that begin within a chunk are close to those of one process") {
    constexpr std::int64_t n = 1999;
    const auto x = matrices::random_vector(n, 1);
    std::vector<double> magnitudes = x;
    for (double& entry : magnitudes) entry = std::abs(entry);
    const partition shared_out{{100, 0, 677, partition::rest}, 1, 64};
    const auto work = [&](const slices& s) {
        const space S = s.of(n);
        const auto own = slice_of(x, S), own_magnitudes = slice_of(magnitudes, S);
        const vector_in a = as_vector(own), m = as_vector(own_magnitudes);
        return std::vector<double>{sum(a, S), dot(a, a, S), sum(m, S), max_abs(a, S), rounding_gamma(S.sum_depth())};
    };
    const auto expected = results_of_ranks({}, work).front();
    const auto results = results_of_ranks(shared_out, work);
    for (const auto& r : results) {
        CHECK(r == results.front());
        const double gamma = r[4];
        CHECK(gamma >= expected[4]);
        CHECK(std::abs(r[0] - expected[0]) <= 2.0 * gamma * expected[2]);
        CHECK(std::abs(r[1] - expected[1]) <= 2.0 * gamma * expected[1]);
        CHECK(std::abs(r[2] - expected[2]) <= 2.0 * gamma * expected[2]);
        CHECK(r[3] == expected[3]);
    }
}

TEST_CASE("NaN, infinity and zero vectors are found on whichever rank they are") {
    constexpr std::int64_t n = 300;
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        for (const std::int64_t at : {0, 70, 299}) {
            std::vector<double> x(n, 0.0);
            x[static_cast<std::size_t>(at)] = bad;
            check_same_bits([&](const slices& s) {
                const space S = s.of(n);
                const auto slice = slice_of(x, S);
                const vector_in own = as_vector(slice);
                const double largest = max_abs(own, S), norm = norm2(own, S);
                const bool kept =
                    std::isnan(bad) ? std::isnan(largest) && std::isnan(norm) : largest == bad && norm == bad;
                vector_block zero(S);
                fill(0.0, zero, S);
                const std::vector<bool> found{kept, is_finite(own, S), is_zero(own, S), is_finite(zero, S),
                                              is_zero(zero, S)};
                if (found != std::vector<bool>{true, false, false, true, true}) throw std::logic_error("not found");
                return std::vector<double>{norm2(zero, S)};
            });
        }
}

TEST_CASE("random numbers of a slice are those of the whole block, wherever the slice begins") {
    constexpr std::int64_t n = 777;
    for (const std::int64_t b : {1, 3}) {
        std::vector<double> expected(static_cast<std::size_t>(n * b));
        fill_gaussian(expected, 11, 4);
        for (partition shared_out : aligned_partitions())
            for (const std::int64_t unit : {64, 37}) {
                shared_out.unit = unit;
                const auto results = results_of_ranks(shared_out, [&](const slices& s) {
                    const space S = s.of(n);
                    std::vector<double> X(static_cast<std::size_t>(S.length() * b));
                    const mutable_block own(X.data(), S.length(), b);
                    fill_gaussian(as_block(own), 11, 4, S);
                    return whole_block(own, s, n);
                });
                for (const auto& X : results) CHECK(X == expected);
            }
    }
}

TEST_CASE("rows are found by their place in the whole vector") {
    constexpr std::int64_t n = 300;
    const std::vector<std::int64_t> rows{0, 63, 64, 191, 192, 299};
    check_same_bits([&](const slices& s) {
        const space S = s.of(n);
        std::vector<double> X(static_cast<std::size_t>(2 * S.length()), 1.0);
        const mutable_block own(X.data(), S.length(), 2);
        zero_rows(rows, as_block(own), S);
        const auto whole = whole_block(own, s, n);
        if (std::count(whole.begin(), whole.end(), 0.0) != 2 * std::ssize(rows)) throw std::logic_error("too few rows");
        return whole;
    });
}

TEST_CASE("Gram matrices, factorizations and overlaps of slices have the bits of one process") {
    constexpr std::int64_t n = 1999;
    for (const std::int64_t k : {1, 4, 11}) {
        // Leaning columns: the factorization takes both of its ways.
        for (const double lean : {0.0, 1e9}) {
            auto X = matrices::random_vector(n * k, 7);
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t c = 1; c < k; ++c)
                    X[static_cast<std::size_t>(i * k + c)] += lean * X[static_cast<std::size_t>(i * k)];
            check_same_bits([&](const slices& s) {
                const space S = s.of(n);
                auto own = slice_of(X, S, k);
                const mutable_block view(own.data(), S.length(), k);
                std::vector<double> numbers(static_cast<std::size_t>(k * k), 0.0), R(numbers.size()),
                    diagonal(static_cast<std::size_t>(k)), products(static_cast<std::size_t>(k));
                gram(as_block(view), numbers, S);
                column_products(as_block(view), k - 1, products, S);
                append(numbers, products);
                numbers.push_back(orthonormalise(as_block(view), diagonal, S, R));
                append(numbers, diagonal);
                append(numbers, R);
                append(numbers, whole_block(view, s, n));
                return numbers;
            });
        }
        check_same_bits([&](const slices& s) {
            const space S = s.of(n);
            std::vector<std::vector<double>> own;
            for (std::int64_t j = 0; j < k; ++j)
                own.push_back(slice_of(matrices::random_vector(n, static_cast<unsigned>(j)), S));
            std::vector<vector_in> V;
            for (const auto& v : own) V.push_back(as_vector(v));
            auto slice = slice_of(matrices::random_vector(n, 99), S);
            const vector_out w = as_vector(slice);
            std::vector<double> numbers = project(V, w, S);
            const std::vector<double> h(numbers.begin(), numbers.begin() + k);
            numbers.push_back(subtract(V, h, w, S));
            numbers.push_back(largest_overlap(V, S));
            append(numbers, S.assembled(slice));
            return numbers;
        });
    }
}

TEST_CASE("a sliced product has the bits of the product in one process, its entrywise images and blocks too") {
    constexpr std::int64_t m = 500, n = 700;
    const auto W = matrices::random_csr<double, std::int32_t>(m, n, 0.05, 3);
    for (const std::int64_t b : {1, 3})
        for (const entry_map f : {entry_map::identity, entry_map::absolute, entry_map::squared}) {
            const auto X = matrices::random_vector(n * b, 4), Z = matrices::random_vector(m * b, 5);
            std::vector<double> Y(static_cast<std::size_t>(m * b)), V(static_cast<std::size_t>(n * b));
            spmm(W.view(), f, 1.0, {X.data(), n, b}, {Y.data(), m, b}, 1);
            spmm_adjoint(W.view(), f, 1.0, {Z.data(), m, b}, {V.data(), n, b}, 1);
            std::vector<double> expected = Y;
            append(expected, V);
            for (const partition& shared_out : aligned_partitions()) {
                const auto results = results_of_ranks(shared_out, [&](const slices& s) {
                    const linear_map A = plain_slices(W, s);
                    const auto own_X = slice_of(X, A.domain(), b), own_Z = slice_of(Z, A.range(), b);
                    std::vector<double> own_Y(own_Z.size()), own_V(own_X.size());
                    const mutable_block y(own_Y.data(), A.range().length(), b), v(own_V.data(), A.domain().length(), b);
                    A.apply(f, as_block(const_block(own_X.data(), v.rows, b)), as_block(y));
                    A.apply_adjoint(f, as_block(const_block(own_Z.data(), y.rows, b)), as_block(v));
                    std::vector<double> whole = whole_block(y, s, m);
                    append(whole, whole_block(v, s, n));
                    return whole;
                });
                for (const auto& whole : results) CHECK(whole == expected);
            }
        }
}
