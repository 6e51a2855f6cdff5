// Solvers whose vectors are shared out to ranks: where slices begin at multiples of a chunk all numbers are those of
// one process.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/radius/outer_eigenvalues.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/complex_vectors.hpp"
#include "kernels/vectors/random.hpp"

#include "spectra/radius/perron_of_block.hpp"
#include "spectra/radius/power_filter.hpp"
#include "spectra/radius/shifted_solve.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace rhochain;
using namespace thread_ranks;

namespace {

void append(std::vector<double>& numbers, const std::vector<double>& more) {
    numbers.insert(numbers.end(), more.begin(), more.end());
}

// Vectors one after the other.
void append_basis(std::vector<double>& numbers, const krylov_basis& V) {
    for (std::int64_t k = 0; k < V.size(); ++k) append(numbers, V.of().assembled(entries_of(V[k])));
}

// What a solver makes of a map, as numbers that all ranks have. The chunk is that of the space.
using solver = std::vector<double> (*)(const linear_map& A);

constexpr std::int64_t arnoldi_steps = 25;

// H, the couplings and the basis, before and after a restart.
std::vector<double> run_arnoldi(const linear_map& A) {
    arnoldi F(A, as_vector(slice_of(matrices::random_vector(A.cols(), 22), A.domain())), arnoldi_steps);
    std::vector<double> numbers;
    for (int restart = 0; restart < 2; ++restart) {
        while (F.size() < F.capacity() && !F.invariant()) F.expand();
        append(numbers, F.projected());
        append(numbers, F.coupling());
        append_basis(numbers, F.basis());
        const auto kept = dominant_subspace(F.projected(), F.size(), 8);
        F.restart(kept.Q, kept.kept);
    }
    return numbers;
}

template <orthogonality wanted>
std::vector<double> run_golub_kahan(const linear_map& A) {
    golub_kahan F(A, as_vector(slice_of(matrices::random_vector(A.cols(), 32), A.domain())), wanted);
    while (F.size() < 40) F.expand();
    std::vector<double> numbers = F.alpha();
    append(numbers, F.beta());
    append_basis(numbers, F.right());
    numbers.push_back(F.right().largest_overlap(40));
    numbers.push_back(F.measured_orthogonal() ? 1.0 : 0.0);
    return numbers;
}

// The bracket, its history and the vector behind it.
std::vector<double> run_perron(const linear_map& A) {
    const irreducible_block block(A);
    const SolverOptions options{.rtol = 1e-8};
    Ledger ledger(options, A.domain());
    Bracket b = perron_of_block(block, options, ledger);
    ledger.close(b);
    std::vector<double> numbers{b.lower.value, b.value, b.upper.value, static_cast<double>(b.matvecs)};
    std::vector<double> x;
    for (const auto& entry : b.vector) x.push_back(entry.real());
    append(numbers, A.domain().assembled(x));
    return numbers;
}

std::vector<double> run_power_filter(const linear_map& A) {
    power_filter powers(irreducible_block(A), 5, 1, 1e-3);
    std::vector<double> numbers;
    for (int k = 1; k <= 60; ++k) {
        powers.step();
        numbers.push_back(powers.growth_rate(k - 1, k));
        numbers.push_back(powers.upper().value);
    }
    append(numbers, A.domain().assembled(entries_of(powers.vector())));
    return numbers;
}

// Values, residuals and what is left, with a restart and a deflation.
std::vector<double> run_outer(const linear_map& A) {
    const OuterEigenvalues found = outer_eigenvalues(A, 3, {.rtol = 1e-2});
    std::vector<double> numbers{found.rest.value, static_cast<double>(found.outermost.matvecs)};
    for (const OuterEigenvalue& v : found.values) append(numbers, {v.value.real(), v.value.imag(), v.residual});
    return numbers;
}

// (lambda I - A) x = a + i b, lambda outside of the spectrum.
std::vector<double> run_shifted(const linear_map& A) {
    const space& S = A.domain();
    const SolverOptions options;
    Ledger ledger(options, S);
    vector_block a(S), b(S);
    fill_gaussian(a, 1, 0, S);
    fill_gaussian(b, 2, 0, S);
    complex_vector right(S);
    set_real(a, right, S);
    set_imaginary(b, right, S);
    split(solve_shifted(A, {4.0, 2.0}, right, options, ledger), 0, a, b, S);
    std::vector<double> numbers = S.assembled(entries_of(a));
    append(numbers, S.assembled(entries_of(b)));
    return numbers;
}

void check_aligned_slices(const plain_slices::matrix& W, solver solve) {
    const auto on_this_rank = [&](const slices& s) { return solve(plain_slices(W, s)); };
    const auto expected = results_of_ranks({}, on_this_rank).front();
    REQUIRE(std::all_of(expected.begin(), expected.end(), [](double number) { return std::isfinite(number); }));
    for (const partition& shared_out : aligned_partitions())
        for (const auto& numbers : results_of_ranks(shared_out, on_this_rank)) CHECK(numbers == expected);
}

// Three ranks with rows and the chunk of the library, beside the operator of one process.
void check_least_pieces(const plain_slices::matrix& W, solver solve) {
    const auto expected = solve(sparse_operator(W.view(), 1));
    const partition shared_out{{1, 1, partition::rest}, least_piece, least_piece};
    for (const auto& numbers : results_of_ranks(shared_out, [&](const slices& s) { return solve(plain_slices(W, s)); }))
        CHECK(numbers == expected);
}

plain_slices::matrix square() { return matrices::iid<double>(1300, 9, 3); }

}  // namespace

TEST_CASE("Arnoldi on slices has the bits of one process, restarts too") {
    check_aligned_slices(square(), run_arnoldi);
    check_least_pieces(matrices::iid<double>(30'000, 5, 4), run_arnoldi);
}

TEST_CASE("Arnoldi on slices is a factorization: A V = V H + v b^T") {
    const auto W = square();
    const std::int64_t n = W.n_rows, k = arnoldi_steps;
    const auto results =
        results_of_ranks({{1, 2, partition::rest}}, [&](const slices& s) { return run_arnoldi(plain_slices(W, s)); });
    const auto& numbers = results.back();
    const double* H = numbers.data();
    const double* coupling = H + k * k;
    const auto vector = [&](std::int64_t j) {
        return std::vector<double>(coupling + k + j * n, coupling + k + (j + 1) * n);
    };
    const sparse_operator A(W.view(), 1);
    std::vector<double> w(static_cast<std::size_t>(n));
    for (std::int64_t j = 0; j < k; ++j) {
        const auto v = vector(j);
        A.apply(const_block(v), mutable_block(w));
        for (std::int64_t i = 0; i < k; ++i) axpy(-H[i * k + j], vector(i), w);
        axpy(-coupling[j], vector(k), w);
        CHECK(norm2(w) < 1e-12);
        for (std::int64_t i = 0; i <= j; ++i) CHECK(std::abs(dot(vector(i), v) - (i == j ? 1.0 : 0.0)) < 1e-13);
    }
}

TEST_CASE("Golub-Kahan on slices has the bits of one process, where few vectors are reorthogonalised too") {
    const auto W = matrices::random_csr<double, std::int32_t>(900, 700, 0.02, 31);
    check_aligned_slices(W, run_golub_kahan<orthogonality::full>);
    check_aligned_slices(W, run_golub_kahan<orthogonality::semi>);
    const auto large = matrices::iid<double>(30'000, 5, 4);
    check_least_pieces(large, run_golub_kahan<orthogonality::full>);
    check_least_pieces(large, run_golub_kahan<orthogonality::semi>);
}

TEST_CASE("Collatz and Wielandt's bracket of a block on slices has the bits of one process") {
    check_aligned_slices(square(), run_perron);
    check_least_pieces(matrices::iid<double>(30'000, 5, 4), run_perron);
    // Slow without Krylov steps: a ring with a shortcut.
    auto ring = matrices::bands(640, {{-1, 0.3}, {1, 1.0}}, true);
    ring.values[700] = -1.5;
    check_aligned_slices(ring, run_perron);
}

TEST_CASE("outer eigenvalues and shifted systems on slices have the bits of one process") {
    check_aligned_slices(matrices::iid<double>(640, 9, 3), run_outer);
    // A dense matrix that all ranks have, from any slices.
    const auto small = matrices::iid<double>(140, 9, 3);
    const auto expected = run_outer(sparse_operator(small.view(), 1));
    const auto on_this_rank = [&](const slices& s) { return run_outer(plain_slices(small, s)); };
    const auto found = results_of_ranks({{40, 61, partition::rest}, 1, 64}, on_this_rank);
    for (const auto& numbers : found) CHECK(numbers == found.front());
    for (std::size_t i = 2; i < expected.size(); ++i)
        CHECK(found.front()[i] == doctest::Approx(expected[i]).epsilon(1e-9).scale(1.0));
    check_aligned_slices(square(), run_shifted);
}

TEST_CASE("powers of a start on slices have the bits of one process") {
    check_aligned_slices(square(), run_power_filter);
    check_least_pieces(matrices::iid<double>(30'000, 5, 4), run_power_filter);
}

TEST_CASE("slices that begin within a chunk give close numbers, the same on all ranks") {
    const auto W = square();
    const auto on_this_rank = [&](const slices& s) { return run_perron(plain_slices(W, s)); };
    const auto expected = results_of_ranks({}, on_this_rank).front();
    const auto results = results_of_ranks({{101, 700, partition::rest}, 1, 64}, on_this_rank);
    for (const auto& numbers : results) {
        CHECK(numbers == results.front());
        REQUIRE(numbers.size() == expected.size());
        for (std::size_t i = 0; i < 3; ++i) CHECK(numbers[i] == doctest::Approx(expected[i]).epsilon(1e-8));
        // Both brackets hold the same number.
        CHECK(numbers[0] <= expected[2]);
        CHECK(expected[0] <= numbers[2]);
    }
}
