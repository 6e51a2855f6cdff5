#include "matrices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include "kernels/small_dense.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace rhochain;

namespace {

double orthonormality_defect(const krylov_basis& V) {
    double worst = 0.0;
    for (std::int64_t i = 0; i < V.size(); ++i)
        for (std::int64_t j = 0; j <= i; ++j)
            worst = std::max(worst, std::abs(dot(entries_of(V[i]), entries_of(V[j])) - (i == j ? 1.0 : 0.0)));
    return worst;
}

// max || A v_j - V h_j - v_k b_j ||
double arnoldi_defect(const linear_map& A, const arnoldi& F) {
    const auto k = F.size();
    const auto H = F.projected();
    const auto b = F.coupling();
    std::vector<double> w(static_cast<std::size_t>(A.rows()));
    double worst = 0.0;
    for (std::int64_t j = 0; j < k; ++j) {
        A.apply(F.basis()[j], as_vector(w));
        for (std::int64_t i = 0; i < k; ++i) axpy(-H[static_cast<std::size_t>(i * k + j)], entries_of(F.basis()[i]), w);
        if (!F.invariant()) axpy(-b[static_cast<std::size_t>(j)], entries_of(F.basis()[k]), w);
        worst = std::max(worst, norm2(w));
    }
    return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("Arnoldi: A V = V H + v b^T and V^T V = I, before and after restarts", Scalar, float, double) {
    const auto W = matrices::random_csr<Scalar, std::int32_t>(200, 200, 0.1, 21);
    const sparse_operator A(W.view(), 2);
    arnoldi F(A, as_vector(matrices::random_vector(200, 22)), 30);
    while (F.size() < 30) F.expand();
    CHECK(arnoldi_defect(A, F) < 1e-12);
    CHECK(orthonormality_defect(F.basis()) < 1e-13);
    for (int restart = 0; restart < 5; ++restart) {
        const auto kept = dominant_subspace(F.projected(), F.size(), 10);
        REQUIRE(kept.converged);
        F.restart(kept.Q, kept.kept);
        CHECK(arnoldi_defect(A, F) < 1e-11);
        while (F.size() < 30) F.expand();
        CHECK(arnoldi_defect(A, F) < 1e-11);
        CHECK(orthonormality_defect(F.basis()) < 1e-13);
    }
}

TEST_CASE("Arnoldi stops at an invariant subspace") {
    // The cyclic shift of 6 vertices, from a vector of period 3.
    const std::vector<std::int32_t> p{0, 1, 2, 3, 4, 5, 6}, j{1, 2, 3, 4, 5, 0};
    const std::vector<double> w(6, 1.0);
    const sparse_operator A(csr_view<double, std::int32_t>{6, 6, p, j, w}, 1);
    arnoldi F(A, as_vector(std::vector<double>{1, 0, 0, 1, 0, 0}), 6);
    for (int step = 0; step < 6; ++step) F.expand();
    CHECK(F.invariant());
    CHECK(F.size() == 3);
    CHECK_THROWS_AS(arnoldi(A, as_vector(std::vector<double>(6, 0.0)), 6), std::invalid_argument);
}

TEST_CASE("Golub-Kahan: A V = U B through B^T B = V^T A^T A V, V^T V = I, sigma_1(B) rises to sigma_1(A)") {
    const auto W = matrices::random_csr<double, std::int64_t>(90, 60, 0.2, 31);
    const sparse_operator A(W.view(), 2);
    golub_kahan F(A, as_vector(matrices::random_vector(60, 32)));
    double last = 0.0;
    while (F.size() < 25) {
        F.expand();
        const double sigma = singular_values(F.alpha(), F.beta()).front();
        CHECK(sigma >= last * (1.0 - 1e-14));
        last = sigma;
    }
    CHECK(orthonormality_defect(F.right()) < 1e-13);
    std::vector<std::vector<double>> images;
    for (std::int64_t k = 0; k < F.size(); ++k) {
        images.emplace_back(90);
        A.apply(entries_of(block_in(F.right()[k])), mutable_block(images.back()));
    }
    for (std::size_t a = 0; a < images.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            const double previous = a > 0 ? F.beta()[a - 1] : 0.0;
            double expected = 0.0;
            if (a == b) expected = F.alpha()[a] * F.alpha()[a] + previous * previous;
            if (a == b + 1) expected = F.alpha()[b] * F.beta()[b];
            CHECK(std::abs(dot(images[a], images[b]) - expected) < 1e-11);
        }
}

TEST_CASE("adjoint identity <A x, y> = <x, A^T y>") {
    const auto W = matrices::random_csr<float, std::int32_t>(120, 80, 0.15, 41);
    const sparse_operator A(W.view(), 2);
    const auto x = matrices::random_vector(80, 42);
    const auto y = matrices::random_vector(120, 43);
    std::vector<double> Ax(120), Aty(80);
    A.apply(const_block(x), mutable_block(Ax));
    A.apply_adjoint(const_block(y), mutable_block(Aty));
    CHECK(dot(Ax, y) == doctest::Approx(dot(x, Aty)).epsilon(1e-13));
}
