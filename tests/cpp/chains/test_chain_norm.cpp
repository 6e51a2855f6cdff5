// Brackets of ln ||P||_2 against the dense product, whose norm a power iteration in long double finds.
#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/operators/dense_operator.hpp>

#include "chains/measures/chain_bounds.hpp"
#include "chains/measures/chain_rounding.hpp"
#include "chains/measures/factor_reader.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <utility>
#include <vector>

using namespace rhochain;

namespace {

using real = long double;

// ln of the largest singular value of an n x n matrix (row-major).
double log_norm_of(const std::vector<real>& A, std::size_t n) {
    std::vector<real> v(n), u(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = 1.0L + static_cast<real>(i) * 0.37L;
    real sigma_squared = 0.0L;
    for (int sweep = 0; sweep < 20000; ++sweep) {
        for (std::size_t i = 0; i < n; ++i) {
            u[i] = 0.0L;
            for (std::size_t j = 0; j < n; ++j) u[i] += A[i * n + j] * v[j];
        }
        real norm = 0.0L;
        for (std::size_t j = 0; j < n; ++j) {
            v[j] = 0.0L;
            for (std::size_t i = 0; i < n; ++i) v[j] += A[i * n + j] * u[i];
            norm += v[j] * v[j];
        }
        norm = std::sqrt(norm);
        for (real& x : v) x /= norm;
        const bool settled = std::abs(norm - sigma_squared) <= 1e-18L * norm;
        sigma_squared = norm;
        if (settled) break;
    }
    return static_cast<double>(0.5L * std::log(sigma_squared));
}

struct case_of_chain {
    std::vector<double> W, S;
    double truth;
    std::vector<double> leaks{}, O{};  // O the linear part; empty for I
};

// What a chain has beside W and one leak.
struct extras {
    bool leak_of_each = false, linear = false;
};

case_of_chain make_case(std::size_t n, std::size_t K, convention form, double leak, bool nonnegative, unsigned seed,
                        extras with = {}) {
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> gaussian;
    std::uniform_real_distribution<double> uniform;
    case_of_chain c{std::vector<double>(n * n), std::vector<double>(K * n), 0.0};
    for (double& w : c.W) w = gaussian(engine);
    if (nonnegative)
        for (double& w : c.W) w = std::abs(w);
    for (double& s : c.S) s = uniform(engine);
    c.leaks.resize(n);
    for (double& a : c.leaks) a = with.leak_of_each ? 0.05 + 0.95 * uniform(engine) : leak;
    for (std::size_t i = 0; with.linear && i < n * n; ++i)
        c.O.push_back((nonnegative ? std::abs(gaussian(engine)) : gaussian(engine)) / std::sqrt(n));
    std::vector<real> P(n * n, 0.0L), Q(n * n);
    for (std::size_t i = 0; i < n; ++i) P[i * n + i] = 1.0L;
    real log_scale = 0.0L;
    for (std::size_t k = 0; k < K; ++k) {
        real largest = 0.0L;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t c2 = 0; c2 < n; ++c2) {
                const real a = c.leaks[i];
                real sum = c.O.empty() ? (1.0L - a) * P[i * n + c2] : 0.0L;
                for (std::size_t j = 0; j < n; ++j) {
                    const real s = c.S[k * n + (form == convention::pre ? j : i)];
                    const real kept = c.O.empty() ? 0.0L : (1.0L - a) * c.O[i * n + j];
                    sum += (kept + a * c.W[i * n + j] * s) * P[j * n + c2];
                }
                Q[i * n + c2] = sum;
                largest = std::max(largest, std::abs(sum));
            }
        for (real& q : Q) q /= largest;
        log_scale += std::log(largest);
        P.swap(Q);
    }
    c.truth = log_norm_of(P, n) + static_cast<double>(log_scale);
    return c;
}

}  // namespace

TEST_CASE("the bracket contains ln ||P||, and a proved lower bound survives short or nonnegative chains") {
    for (const convention form : {convention::pre, convention::post})
        for (const double leak : {1.0, 0.4})
            for (const bool nonnegative : {false, true})
                for (const std::size_t K : {1U, 5U, 60U, 300U})
                    for (const std::size_t n : {1U, 2U, 9U, 30U}) {
                        CAPTURE(n);
                        CAPTURE(K);
                        CAPTURE(leak);
                        CAPTURE(nonnegative);
                        const auto c = make_case(n, K, form, leak, nonnegative, static_cast<unsigned>(n + K));
                        const auto size = static_cast<std::int64_t>(n);
                        const dense_operator<double> W({size, size, c.W}, dense_layout::row_major, 1);
                        const row_source rows(c.S.data(), static_cast<std::int64_t>(K), size, size);
                        const jacobian_chain P(W, slope_source::of_slopes(rows), {.form = form, .leak = leak});
                        const Bracket b = chain_norm(P);
                        CHECK(b.status == Status::converged);
                        CHECK(b.upper.grade >= Grade::probable);
                        CHECK(b.lower.value <= c.truth);
                        CHECK(c.truth <= b.upper.value);
                        CHECK(b.value == doctest::Approx(c.truth).epsilon(1e-9));
                        if (K <= 5 || (nonnegative && K <= 60)) CHECK(b.lower.grade == Grade::proved);
                    }
}

TEST_CASE("with a leak for each neuron and a linear part the bracket contains ln ||P|| too") {
    constexpr std::int64_t n = 12;
    for (const convention form : {convention::pre, convention::post})
        for (const extras with : {extras{true, false}, extras{false, true}, extras{true, true}})
            for (const bool nonnegative : {false, true})
                for (const std::size_t K : {1U, 5U, 60U, 800U}) {
                    CAPTURE(K);
                    const auto c = make_case(n, K, form, 0.4, nonnegative, static_cast<unsigned>(K), with);
                    const dense_operator<double> W({n, n, c.W}, dense_layout::row_major, 1);
                    ChainOptions options{form, neuron_leaks(c.leaks, space(n, 1))};
                    if (with.linear)
                        options.linear = linear_part{dense_operator<double>({n, n, c.O}, dense_layout::row_major, 1)};
                    const row_source rows(c.S.data(), static_cast<std::int64_t>(K), n, n);
                    const jacobian_chain P(W, slope_source::of_slopes(rows), options);
                    const Bracket b = chain_norm(P);
                    CHECK(b.status == Status::converged);
                    CHECK(b.upper.grade >= Grade::probable);
                    CHECK(b.lower.value <= c.truth);
                    CHECK(c.truth <= b.upper.value);
                    CHECK(b.value == doctest::Approx(c.truth).epsilon(1e-9));
                    if (K <= 5 || (nonnegative && K <= 60)) CHECK(b.lower.grade == Grade::proved);
                    slope_factor_reader factors(P);
                    const double proved = proved_upper_bound(factors, [] { return false; }).value();
                    CHECK(proved >= c.truth);
                    if (nonnegative && K <= 60) CHECK(proved <= c.truth + 0.5 * std::log(n) + 1e-9);
                }
}

TEST_CASE("a budget of one product ends the search with bounds that hold") {
    const auto c = make_case(9, 60, convention::pre, 1.0, false, 4);
    const dense_operator<double> W({9, 9, c.W}, dense_layout::row_major, 1);
    const jacobian_chain P(W, slope_source::of_slopes(row_source(c.S.data(), 60, 9, 9)));
    for (const std::int64_t budget : {1, 70, 130, 200, 400}) {
        SolverOptions options;
        options.rtol = 1e-9;
        options.max_matvecs = budget;
        const Bracket b = chain_norm(P, options);
        CHECK(b.status == Status::budget_spent);
        CHECK(b.matvecs <= budget + 8);
        CHECK(b.lower.value <= c.truth);
        CHECK(c.truth <= b.upper.value);
    }
}

// 2^a and 2^b beside each other, across the diagonal: P = diag(2^(a+b), 2^(a+b)) after two steps.
TEST_CASE("entries of any magnitudes never make a false zero") {
    for (const auto& exponents : {std::pair{1000, -100}, {300, -850}, {1000, -1000}, {-300, -850}, {-600, -450}}) {
        const int a = exponents.first, b = exponents.second;
        CAPTURE(a);
        CAPTURE(b);
        const std::vector<double> entries{0.0, std::ldexp(1.0, a), std::ldexp(1.0, b), 0.0};
        const std::vector<double> ones{1.0, 1.0, 1.0, 1.0};
        const double truth = (a + b) * std::log(2.0);
        const dense_operator<double> W({2, 2, entries}, dense_layout::row_major, 1);
        const jacobian_chain P(W, slope_source::of_slopes(row_source(ones.data(), 2, 2, 2)));
        // The same two factors with the magnitudes among the slopes.
        const std::vector<double> swap{0.0, 1.0, 1.0, 0.0};
        const std::vector<double> slopes{entries[2], entries[1], entries[2], entries[1]};
        const dense_operator<double> exchange({2, 2, swap}, dense_layout::row_major, 1);
        const jacobian_chain Q(exchange, slope_source::of_slopes(row_source(slopes.data(), 2, 2, 2)));
        for (const jacobian_chain* chain : {&P, &Q}) {
            const Bracket found = chain_norm(*chain);
            CHECK(graded_lower(found).value <= truth);
            CHECK(truth <= graded_upper(found).value);
            CHECK(found.lower.value <= found.value);
            CHECK(found.value <= found.upper.value);
        }
        CHECK(W.normalised().lossless() == (std::abs(a - b) < 1222));
    }
}

namespace {

struct matrix_entry {
    std::size_t row, column;
    double value;
};

Bracket norm_of_power(std::size_t n, std::int64_t K, const std::vector<matrix_entry>& entries, convention form) {
    std::vector<double> W(n * n, 0.0);
    for (const matrix_entry& e : entries) W[e.row * n + e.column] = e.value;
    const std::vector<double> ones(n, 1.0);
    const auto size = static_cast<std::int64_t>(n);
    const dense_operator<double> A({size, size, W}, dense_layout::row_major, 1);
    return chain_norm(jacobian_chain(A, slope_source::of_slopes(row_source(ones.data(), K, size, 0)), {.form = form}));
}

}  // namespace

TEST_CASE("terms that cancel between factors never put an upper bound below the truth") {
    // Neuron 4 gets 2^90 (x_2 - x_3) of x_2 = x_0 + 2^-60 x_1 and x_3 = x_0: P = 2^30 e_4 e_1^T, lost in rounding.
    const std::vector<matrix_entry> lossy{{2, 0, 1.0}, {2, 1, 0x1p-60}, {3, 0, 1.0}, {4, 2, 0x1p90}, {4, 3, -0x1p90}};
    // The same mirrored behind it: a product from either end loses one half. P = 2^60 e_8 e_1^T.
    std::vector<matrix_entry> twice = lossy;
    for (const matrix_entry& e :
         {matrix_entry{5, 4, 0x1p90}, {6, 4, -0x1p90}, {7, 5, 1.0}, {7, 6, 1.0}, {8, 5, 0x1p-60}})
        twice.push_back(e);
    struct example {
        std::vector<matrix_entry> entries;
        std::int64_t K;
        double log2_truth;
    };
    for (example c : {example{lossy, 2, 30.0}, example{twice, 4, 60.0}}) {
        CAPTURE(c.K);
        c.entries.push_back({9, 9, 0x1p-10});  // so that P b is not zero
        for (const convention form : {convention::pre, convention::post}) {
            const Bracket b = norm_of_power(10, c.K, c.entries, form);
            CHECK(graded_upper(b).value >= c.log2_truth * std::log(2.0));
            CHECK(b.lower.value <= c.log2_truth * std::log(2.0));
            // Wide, yet far below what no cancellation at all would allow.
            CHECK(graded_upper(b).value < 90.0 * static_cast<double>(c.K) * std::log(2.0));
            for (matrix_entry& e : c.entries) std::swap(e.row, e.column);
        }
    }
}

TEST_CASE("the sampled error of a product is above the true one, and far below the proved one in a long chain") {
    for (const std::size_t K : {10U, 200U})
        for (unsigned seed = 0; seed < 10; ++seed) {
            const auto c = make_case(9, K, convention::pre, 1.0, false, seed);
            const auto steps = static_cast<std::int64_t>(K);
            const dense_operator<double> W({9, 9, c.W}, dense_layout::row_major, 1);
            const jacobian_chain P(W, slope_source::of_slopes(row_source(c.S.data(), steps, 9, 9)));
            std::vector<real> exact(9, 1.0L / 3.0L), next(9);
            for (std::size_t k = 0; k < K; ++k) {
                for (std::size_t i = 0; i < 9; ++i) {
                    next[i] = 0.0L;
                    for (std::size_t j = 0; j < 9; ++j)
                        next[i] += static_cast<real>(c.W[i * 9 + j]) * static_cast<real>(c.S[k * 9 + j]) * exact[j];
                }
                exact.swap(next);
            }
            const std::vector<double> v(9, 1.0 / 3.0);
            const ChainResult found = P.jvp(const_block(v));
            real error = 0.0L;
            for (std::size_t i = 0; i < 9; ++i) {
                const real x = std::ldexp(static_cast<real>(found.mantissas[i]), static_cast<int>(found.exponents[0]));
                error += (x - exact[i]) * (x - exact[i]);
            }
            slope_factor_reader factors(P);
            std::int64_t products = 0;
            const auto sampled = sample_rounding(factors, seed, 1e-9, [&](std::int64_t b) {
                products += b;
                return false;
            });
            REQUIRE(sampled.has_value());
            CHECK(products == 12 * steps);
            CHECK(static_cast<double>(0.5L * std::log(error)) <= sampled->log_phi);
            CHECK(sampled->lossless);
            CHECK(sampled->log_phi <= c.truth - 12.0);
            const auto proved = proved_upper_bound(factors, [] { return false; });
            if (K == 200) CHECK(sampled->log_phi < proved_log_rounding(factors, *proved));
        }
}

TEST_CASE("an operator known by its products alone has no graded upper bound of a chain") {
    struct halving {
        [[nodiscard]] std::int64_t rows() const { return 3; }
        [[nodiscard]] std::int64_t cols() const { return 3; }
        void apply(const_block X, mutable_block Y) const {
            for (std::int64_t i = 0; i < X.size(); ++i) Y.data[i] = 0.5 * X.data[i];
        }
        void apply_adjoint(const_block X, mutable_block Y) const { apply(X, Y); }
    } W;
    const std::vector<double> ones(3, 1.0);
    const Bracket b = chain_norm(jacobian_chain(W, slope_source::of_slopes(row_source(ones.data(), 20, 3, 0))));
    CHECK(b.upper.grade == Grade::estimate);
    CHECK(b.value == doctest::Approx(-20.0 * std::log(2.0)));
    CHECK(b.status == Status::converged);
}
