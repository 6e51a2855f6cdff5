// Chains of given matrices against products in long double, on one process and on ranks.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/chains/measures/lyapunov.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include "chains/measures/matrix_factor_reader.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

using namespace rhochain;
using namespace thread_ranks;

namespace {

using real = long double;
using matrix = plain_slices::matrix;

// J x or J^T x.
std::vector<real> naive_product(const matrix& J, const std::vector<real>& x, bool transpose) {
    std::vector<real> y(x.size(), 0.0L);
    for (std::size_t i = 0; i < x.size(); ++i)
        for (auto p = J.indptr[i]; p < J.indptr[i + 1]; ++p) {
            const auto at = static_cast<std::size_t>(p);
            const auto j = static_cast<std::size_t>(J.indices[at]);
            y[transpose ? j : i] += static_cast<real>(J.values[at]) * x[transpose ? i : j];
        }
    return y;
}

std::vector<matrix> some_matrices(std::int64_t n, std::int64_t terms, unsigned count, double scale = 1.0) {
    std::vector<matrix> all;
    for (unsigned k = 0; k < count; ++k) {
        all.push_back(matrices::iid<double>(n, terms, 20 + k));
        for (double& w : all.back().values) w *= scale;
    }
    return all;
}

matrix_chain chain_of(const std::vector<matrix>& all, int threads = 1) {
    std::vector<linear_map> maps;
    for (const matrix& J : all) maps.emplace_back(sparse_operator(J.view(), threads));
    return matrix_chain(maps);
}

}  // namespace

TEST_CASE("products of matrices follow long double, at any magnitude") {
    for (const double scale : {1.0, 1e-250, 1e250}) {
        const auto all = some_matrices(60, 5, 25, scale);
        const matrix_chain P = chain_of(all);
        const auto start = matrices::random_vector(60, 3);
        for (const bool backward : {false, true}) {
            std::vector<real> x(start.begin(), start.end());
            real log_scale = 0.0L;
            const ChainResult r = backward ? P.vjp(start) : P.jvp(start);
            for (std::size_t k = 0; k < all.size(); ++k) {
                x = naive_product(all[backward ? all.size() - 1 - k : k], x, backward);
                real norm = 0.0L;
                for (const real v : x) norm += v * v;
                norm = std::sqrt(norm);
                for (real& v : x) v /= norm;
                log_scale += std::log(norm);
                CHECK(r.log_norms[k + 1] == doctest::Approx(static_cast<double>(log_scale)).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("one step of matrices: magnitudes bound the entries, rows have as many terms as they say") {
    auto all = some_matrices(9, 3, 4);
    all[1] = matrices::iid<double>(9, 6, 77);
    const matrix_chain P = chain_of(all);
    matrix_factor_reader factors(P);
    constexpr std::size_t n = 9;
    std::vector<double> I(n * n, 0.0), J(n * n), M(n * n), squares(n);
    for (std::size_t i = 0; i < n; ++i) I[i * n + i] = 1.0;
    const auto in = as_block(const_block(I.data(), 9, 9));
    for (std::int64_t k = 0; k < P.steps(); ++k) {
        CHECK(factors.select(k).provable);
        for (const direction d : {direction::forward, direction::backward}) {
            factors.apply(d, in, as_block(mutable_block(J.data(), 9, 9)), squares);
            factors.apply_magnitudes(d, true, in, as_block(mutable_block(M.data(), 9, 9)), squares);
            for (std::size_t i = 0; i < n; ++i) {
                std::int64_t terms = 0;
                for (std::size_t j = 0; j < n; ++j) {
                    CHECK(M[i * n + j] == std::abs(J[i * n + j]));
                    terms += J[i * n + j] != 0.0;
                }
                CHECK(terms + step_roundings <= factors.roundings(d));
            }
        }
    }
    CHECK(factors.row_terms() == 6);
}

TEST_CASE("on ranks a chain of matrices has the bits of one process") {
    const auto all = some_matrices(400, 5, 12);
    const auto work = [&](const slices& s) {
        std::vector<linear_map> maps;
        for (const matrix& J : all) maps.emplace_back(plain_slices(J, s));
        const matrix_chain P(maps);
        const auto X = slice_of(matrices::random_vector(400 * 2, 8), P.domain(), 2);
        std::vector<double> numbers;
        for (const ChainResult& r :
             {P.jvp({X.data(), P.domain().length(), 2}), P.vjp({X.data(), P.domain().length(), 2})}) {
            numbers.insert(numbers.end(), r.log_norms.begin(), r.log_norms.end());
            const auto whole = whole_block({r.mantissas.data(), P.domain().length(), 2}, s, 400);
            numbers.insert(numbers.end(), whole.begin(), whole.end());
        }
        const Bracket b = chain_norm(P, {.rtol = 0.05});
        numbers.insert(numbers.end(), {b.lower.value, b.value, b.upper.value});
        const auto exponents = lyapunov_spectrum(P, 2).exponents;
        numbers.insert(numbers.end(), exponents.begin(), exponents.end());
        return numbers;
    };
    const auto expected = results_of_ranks({}, work).front();
    for (const partition& shared_out : aligned_partitions())
        for (const auto& numbers : results_of_ranks(shared_out, work)) CHECK(numbers == expected);
}

TEST_CASE("matrices that do not fit are named") {
    const std::vector<double> a(6, 1.0), b(9, 1.0);
    const linear_map wide = dense_operator<double>({2, 3, a}), square = dense_operator<double>({3, 3, b});
    CHECK_THROWS_WITH_AS(matrix_chain({}), "matrices: got none, expected at least one", std::invalid_argument);
    CHECK_THROWS_WITH_AS(matrix_chain({square, wide}), "matrices[1]: got shape 2 x 3, expected 3 x 3",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(matrix_chain({wide}), "matrices[0]: got shape 2 x 3, expected 2 x 2", std::invalid_argument);
}
