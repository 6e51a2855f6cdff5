#include "matrices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/rhochain.hpp>
#include "kernels/small_dense.hpp"
#include "operators/normal_operator.hpp"

#include "spectra/norm/schur_test.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace rhochain;

namespace {

// All singular values, from A^T A.
std::vector<double> dense_singular_values(const csr<double, std::int32_t>& W) {
    const auto n = static_cast<std::size_t>(W.n_cols);
    const auto D = matrices::dense(W.view());
    std::vector<double> G(n * n, 0.0);
    for (std::size_t k = 0; k < static_cast<std::size_t>(W.n_rows); ++k)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) G[i * n + j] += D[k * n + i] * D[k * n + j];
    std::vector<double> result;
    for (const auto& lambda : eigen_decompose(G, W.n_cols, false).values) result.push_back(std::sqrt(lambda.real()));
    return result;
}

double worst_overlap(const krylov_basis& V) {
    double worst = 0.0;
    for (std::int64_t i = 0; i < V.size(); ++i)
        for (std::int64_t j = 0; j < i; ++j) worst = std::max(worst, std::abs(dot(entries_of(V[i]), entries_of(V[j]))));
    return worst;
}

// Singular values 1, q, q^2, .. on top of noise: the first ones converge early, which is when orthogonality is lost.
csr<double, std::int32_t> falling(std::int64_t n, double q, unsigned seed) {
    auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.05, seed);
    for (double& w : W.values) w *= 0.01;
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t p = W.view().row_begin(i); p < W.view().row_end(i); ++p)
            if (W.indices[static_cast<std::size_t>(p)] == i)
                W.values[static_cast<std::size_t>(p)] = std::pow(q, static_cast<double>(i));
    return W;
}

// A, and an adjoint that is wrong by one part in 10^4: too little for the check of the adjoint, enough for the vectors.
struct careless_operator {
    const sparse_operator<double, std::int32_t>& A;

    [[nodiscard]] std::int64_t rows() const { return A.rows(); }
    [[nodiscard]] std::int64_t cols() const { return A.cols(); }
    [[nodiscard]] int threads() const { return A.threads(); }
    void apply(const_block X, mutable_block Y) const { A.apply(X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const {
        A.apply_adjoint(X, Y);
        for (std::int64_t i = 0; i < Y.rows; ++i) *Y.row(i) *= 1.0 + 1e-4 * std::sin(static_cast<double>(i));
    }
};

}  // namespace

TEST_CASE("the recurrence foretells the overlaps of vectors that nothing makes orthogonal") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    const std::int64_t n = 300;
    const space S(n, 1);
    const auto W = falling(n, 0.9, seed);
    const sparse_operator A(W.view(), 1);
    std::vector<std::vector<double>> V{matrices::random_vector(n, seed)};
    scale(1.0 / norm2(V[0]), V[0]);
    std::vector<double> u(static_cast<std::size_t>(n)), w(u.size()), alpha, beta;
    overlap_recurrence overlaps;
    for (double worst = 0.0; worst < 1e-6;) {
        REQUIRE(V.size() < 200);
        A.apply(const_block(V.back()), mutable_block(w));
        if (!beta.empty()) axpy(-beta.back(), u, w);
        alpha.push_back(norm2(w));
        copy_scaled(1.0 / alpha.back(), as_vector(w), as_vector(u), S);
        if (!beta.empty()) overlaps.to_next_left(alpha, beta);
        A.apply_adjoint(const_block(u), mutable_block(w));
        axpy(-alpha.back(), V.back(), w);
        const double length = norm2(w);
        const double foretold = overlaps.to_next_right(alpha, beta, length);
        beta.push_back(length);
        scale(1.0 / length, w);
        for (const auto& v : V) worst = std::max(worst, std::abs(dot(v, w)));
        V.push_back(w);
        CHECK(foretold >= 0.125 * worst);
        CHECK(foretold <= 1e5 * std::max(worst, 1e-16));
    }
}

TEST_CASE("a recurrence that was wrong is found out, and the run done again with every vector reorthogonalised") {
    const auto W = matrices::random_csr<double, std::int32_t>(400, 400, 0.05, 7);
    const sparse_operator A(W.view(), 1);
    const careless_operator careless{A};
    golub_kahan F(careless, as_vector(matrices::random_vector(400, 8)), orthogonality::semi);
    while (F.size() < 30) F.expand();
    CHECK_FALSE(F.measured_orthogonal());
    golub_kahan G(A, as_vector(matrices::random_vector(400, 8)), orthogonality::semi);
    while (G.size() < 30) G.expand();
    CHECK(G.measured_orthogonal());
    CHECK(G.right().largest_overlap(30) == doctest::Approx(worst_overlap(G.right())).epsilon(1e-3));
    const double sigma = dense_singular_values(W).front();
    const Bracket b = spectral_norm(careless, {}, {.upper_rtol = std::numeric_limits<double>::infinity()});
    CHECK(b.value == doctest::Approx(sigma).epsilon(2e-3));
    CHECK(graded_upper(b).value >= sigma * (1.0 - 1e-3));
}

TEST_CASE("semi-orthogonal Golub-Kahan: overlaps below 2^-26, B^T B the projection of A^T A to rounding") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    const auto W = falling(200, 0.9, seed);
    const sparse_operator A(W.view(), 1);
    const double sigma = dense_singular_values(W).front();
    for (const orthogonality wanted : {orthogonality::semi, orthogonality::full}) {
        golub_kahan F(A, as_vector(matrices::random_vector(200, seed)), wanted);
        while (F.size() < 90) F.expand();
        const double overlap = worst_overlap(F.right());
        CHECK(overlap <= (wanted == orthogonality::semi ? 0x1p-26 : 1e-13));
        CHECK(singular_values(F.alpha(), F.beta()).front() == doctest::Approx(sigma).epsilon(1e-13));
    }
    // It did leave something uncorrected. How much depends on the start: three of them, and a run that corrects all.
    double uncorrected = 0.0;
    for (const unsigned start : {seed, seed + 1, seed + 2}) {
        golub_kahan F(A, as_vector(matrices::random_vector(200, start)), orthogonality::semi);
        while (F.size() < 90) F.expand();
        uncorrected = std::max(uncorrected, worst_overlap(F.right()));
    }
    golub_kahan full(A, as_vector(matrices::random_vector(200, seed)), orthogonality::full);
    while (full.size() < 90) full.expand();
    CHECK(uncorrected > 16.0 * worst_overlap(full.right()));
}

TEST_CASE("Golub-Kahan in one sweep a step has the bits of two products a step") {
    constexpr std::int64_t n = 5000;
    csr<double, std::int32_t> W{n, n + 2, {0}, {}, {}};
    for (std::int32_t i = 0; i < n; ++i) {
        for (const std::int32_t o : {0, 1, 2}) W.indices.push_back(i + o);
        W.indptr.push_back(static_cast<std::int32_t>(W.indices.size()));
    }
    W.values = matrices::random_vector(3 * n, 9);
    const auto A = sparse_operator(W.view(), 3).prepared(std::size_t{1} << 30);
    const sparse_operator B(W.view(), 3);
    REQUIRE(linear_map(A).one_sweep());
    REQUIRE_FALSE(linear_map(B).one_sweep());
    for (const orthogonality wanted : {orthogonality::semi, orthogonality::full}) {
        golub_kahan swept(A, as_vector(matrices::random_vector(n + 2, 6)), wanted),
            twice(B, as_vector(matrices::random_vector(n + 2, 6)), wanted);
        for (int k = 0; k < 25; ++k) swept.expand(), twice.expand();
        CHECK(swept.alpha() == twice.alpha());
        CHECK(swept.beta() == twice.beta());
        for (std::int64_t k = 0; k < swept.size(); ++k)
            CHECK(std::ranges::equal(entries_of(swept.right()[k]), entries_of(twice.right()[k])));
    }
    const normal_operator in_one(A), in_two(B);
    const auto x = matrices::random_vector(n + 2, 8);
    std::vector<double> y(x.size()), z(x.size());
    in_one.apply(as_vector(x), as_vector(y));
    in_two.apply(as_vector(x), as_vector(z));
    CHECK(y == z);
}

TEST_CASE("k + 1 steps of Golub-Kahan are a Lanczos factorization of A^T A that Arnoldi goes on with") {
    const auto W = matrices::random_csr<double, std::int32_t>(150, 120, 0.1, 5);
    const sparse_operator A(W.view(), 1);
    golub_kahan F(A, as_vector(matrices::random_vector(120, 6)));
    while (F.size() < 21) F.expand();
    std::vector<double> T(400, 0.0);
    for (std::size_t i = 0; i < 20; ++i) {
        const double above = i == 0 ? 0.0 : F.beta()[i - 1];
        T[i * 20 + i] = F.alpha()[i] * F.alpha()[i] + above * above;
        if (i < 19) T[i * 20 + i + 1] = T[(i + 1) * 20 + i] = F.alpha()[i] * F.beta()[i];
    }
    const double coupling = F.alpha()[19] * F.beta()[19];
    const normal_operator M(A);
    arnoldi lanczos(M, F.release_basis(), T, coupling);
    CHECK(lanczos.size() == 20);
    CHECK(lanczos.capacity() == 20);
    for (int restart = 0; restart < 3; ++restart) {
        const auto H = lanczos.projected();
        const auto b = lanczos.coupling();
        std::vector<double> w(120);
        for (std::size_t j = 0; j < 20; ++j) {
            M.apply(lanczos.basis()[static_cast<std::int64_t>(j)], as_vector(w));
            for (std::size_t i = 0; i < 20; ++i)
                axpy(-H[i * 20 + j], entries_of(lanczos.basis()[static_cast<std::int64_t>(i)]), w);
            axpy(-b[j], entries_of(lanczos.basis()[20]), w);
            CHECK(norm2(w) <= 1e-11);
        }
        const auto kept = dominant_subspace(H, 20, 6);
        lanczos.restart(kept.Q, kept.kept);
        while (lanczos.size() < 20) lanczos.expand();
    }
}

TEST_CASE(
    "a full basis: the value settles all the same, within its memory and for fewer products than from one vector") {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        const auto W = matrices::random_csr<double, std::int32_t>(400, 400, 0.02, seed);
        const double sigma = dense_singular_values(W).front();
        SolverOptions options;
        options.seed = seed;
        options.basis_bytes = 1;  // the least: 20 vectors
        const Bracket b = spectral_norm(sparse_operator(W.view(), 1), options,
                                        {.upper_rtol = std::numeric_limits<double>::infinity()});
        CHECK(b.status == Status::converged);
        CHECK(b.value <= sigma * (1.0 + 1e-12));
        CHECK(b.value >= sigma * (1.0 - 1e-3));
        CHECK(b.lower.value >= sigma * (1.0 - 1e-2));
        CHECK(b.upper.value >= sigma);
        CHECK(b.matvecs <= 160);
    }
}

namespace {

// sqrt(max_j (|A|^T |A| x)_j / x_j) for the magnitudes x of a start: the bound of the first step, which no later one
// raises.
double collatz_wielandt(const csr<double, std::int32_t>& magnitudes, const std::vector<double>& start) {
    std::vector<double> x(start.size()), image(start.size(), 0.0);
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = std::abs(start[j]);
    for (std::size_t i = 0; i + 1 < magnitudes.indptr.size(); ++i) {
        const auto begin = static_cast<std::size_t>(magnitudes.indptr[i]);
        const auto end = static_cast<std::size_t>(magnitudes.indptr[i + 1]);
        double y = 0.0;
        for (std::size_t p = begin; p < end; ++p)
            y += magnitudes.values[p] * x[static_cast<std::size_t>(magnitudes.indices[p])];
        for (std::size_t p = begin; p < end; ++p)
            image[static_cast<std::size_t>(magnitudes.indices[p])] += magnitudes.values[p] * y;
    }
    double largest = 0.0;
    for (std::size_t j = 0; j < x.size(); ++j) largest = std::max(largest, image[j] / x[j]);
    return std::sqrt(largest);
}

}  // namespace

TEST_CASE("the Schur test bounds || |A| ||_2 from above, whatever the start, and reaches it") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    for (unsigned draw = 0; draw < 20; ++draw) {
        // Rows and columns without entries, and entries of very different sizes.
        auto W = matrices::random_csr<double, std::int32_t>(50, 35, 0.06, seed + draw);
        const auto exponents = matrices::random_vector(static_cast<std::int64_t>(W.values.size()), seed + draw);
        for (std::size_t p = 0; p < W.values.size(); ++p)
            W.values[p] *= std::exp2(std::floor((draw % 2 == 0 ? 0.0 : 40.0) * exponents[p]));
        if (W.values.empty()) continue;
        auto magnitudes = W;
        for (double& w : magnitudes.values) w = std::abs(w);
        const double truth = dense_singular_values(magnitudes).front();
        const sparse_operator A(W.view(), 1);
        for (const bool ones : {true, false}) {
            const auto start = ones ? std::vector<double>(35, 1.0) : matrices::random_vector(35, seed);
            Ledger ledger({}, space(35, 1));
            const Bound bound = schur_upper_bound(A, as_vector(start), 0.0, 1e-3, ledger);
            CHECK(bound.grade == Grade::proved);
            CHECK(bound.value >= truth * (1.0 - 1e-12));
            CHECK(bound.value <= collatz_wielandt(magnitudes, start) * (1.0 + 1e-9));
            // Where entries of W or of the start differ far the steps may end before the bound has come near.
            if (ones && draw % 2 == 0) CHECK(bound.value <= truth * 4.0);
        }
        const Bracket b = spectral_norm(sparse_operator(magnitudes.view(), 1));
        CHECK(b.upper.value >= truth * (1.0 - 1e-12));
        CHECK(b.upper.value <= truth * (1.0 + 2e-3));
    }
}
