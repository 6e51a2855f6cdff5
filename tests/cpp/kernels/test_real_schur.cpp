#include "kernels/solvers/block_diagonal.hpp"
#include "kernels/solvers/dense_kernels.hpp"
#include "kernels/solvers/hessenberg.hpp"
#include "kernels/solvers/real_schur.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

using namespace rhochain;

namespace {

using numbers = std::vector<double>;

numbers gaussian(std::int64_t count, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    numbers x(static_cast<std::size_t>(count));
    for (double& value : x) value = normal(generator);
    return x;
}

std::vector<instruction_set> available_sets() {
    std::vector<instruction_set> sets;
    for (const instruction_set isa : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512})
        if (is_available(isa)) sets.push_back(isa);
    return sets;
}

std::vector<reflection> random_chain(std::int64_t count, bool short_last, unsigned seed) {
    const numbers x = gaussian(5 * count, seed);
    std::vector<reflection> chain;
    for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k)
        chain.push_back({x[5 * k], x[5 * k + 1], x[5 * k + 2], x[5 * k + 3], x[5 * k + 4]});
    if (short_last) chain.back().v2 = chain.back().t2 = 0.0;
    return chain;
}

// The chain on the entries at(0), at(1), .. of one line.
void reflect(const std::vector<reflection>& chain, bool short_last, const std::function<double&(std::int64_t)>& at) {
    for (std::size_t k = 0; k < chain.size(); ++k) {
        const auto i = static_cast<std::int64_t>(k);
        const reflection& r = chain[k];
        const bool two = short_last && k + 1 == chain.size();
        const double s = two ? at(i) + r.v1 * at(i + 1) : (at(i) + r.v1 * at(i + 1)) + r.v2 * at(i + 2);
        at(i) -= r.t0 * s;
        at(i + 1) -= r.t1 * s;
        if (!two) at(i + 2) -= r.t2 * s;
    }
}

// ||A B - C D||, all n x n with this distance between rows, and ||A|| ||B||.
double difference(const double* A, const double* B, const double* C, const double* D, std::int64_t n, std::int64_t N) {
    double sum = 0.0;
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
            double entry = 0.0;
            for (std::int64_t k = 0; k < n; ++k) entry += A[i * N + k] * B[k * N + j] - C[i * N + k] * D[k * N + j];
            sum += entry * entry;
        }
    return std::sqrt(sum);
}

numbers padded(const numbers& A, std::int64_t n) {
    const std::int64_t N = row_stride(n);
    numbers B(static_cast<std::size_t>(N * N), 0.0);
    for (std::int64_t i = 0; i < n; ++i) std::copy_n(A.begin() + i * n, n, B.begin() + i * N);
    return B;
}

}  // namespace

TEST_CASE("chains of reflections are those of a plain loop to the last bit, for each instruction set") {
    constexpr std::int64_t stride = 48;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const std::int64_t count = 1 + seed % 7;
        const bool short_last = seed % 2 == 0;
        const std::int64_t lines = 8 * (1 + seed % 6);
        const auto chain = random_chain(count, short_last, seed);
        const numbers M = gaussian(stride * stride, seed + 1000);
        numbers rows = M, columns = M;
        for (std::int64_t j = 0; j < lines; ++j) {
            reflect(chain, short_last,
                    [&](std::int64_t i) -> double& { return rows[static_cast<std::size_t>(i * stride + j)]; });
            reflect(chain, short_last,
                    [&](std::int64_t i) -> double& { return columns[static_cast<std::size_t>(j * stride + i)]; });
        }
        for (const instruction_set isa : available_sets()) {
            numbers found = M;
            dense_sweeps_for(isa).reflect_rows(found.data(), stride, {chain.data(), count, short_last}, lines);
            CHECK(found == rows);
            found = M;
            dense_sweeps_for(isa).reflect_columns(found.data(), stride, {chain.data(), count, short_last}, lines);
            CHECK(found == columns);
        }
    }
}

TEST_CASE("a reflection of three lines: the bits of a plain loop, for each instruction set") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        const std::int64_t length = seed, stride = seed + seed % 3;
        const numbers M = gaussian(3 * stride + 1, seed), e = gaussian(3, seed + 100);
        numbers wanted = M;
        for (std::int64_t i = 0; i < length; ++i) {
            double &x = wanted[static_cast<std::size_t>(i)], &y = wanted[static_cast<std::size_t>(stride + i)],
                   &z = wanted[static_cast<std::size_t>(2 * stride + i)];
            const double s = e[2] * ((e[0] * y + e[1] * z) + x);
            x -= s;
            y -= e[0] * s;
            z -= e[1] * s;
        }
        for (const instruction_set isa : available_sets()) {
            numbers found = M;
            dense_sweeps_for(isa).reflect_three_lines({found.data(), stride, length, e[0], e[1], e[2]});
            CHECK(found == wanted);
        }
    }
}

TEST_CASE("products and two-sided passes: a plain loop within rounding, the same bits for each instruction set") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::int64_t m = 1 + seed, k = 1 + (seed * 7) % 19, n = 1 + (seed * 5) % 37;
        const numbers A = gaussian(m * k, seed), B = gaussian(k * n, seed + 50);
        numbers C(static_cast<std::size_t>(m * n), 0.0);
        for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t l = 0; l < k; ++l)
                    C[static_cast<std::size_t>(i * n + j)] +=
                        A[static_cast<std::size_t>(i * k + l)] * B[static_cast<std::size_t>(l * n + j)];
        for (const instruction_set isa : available_sets()) {
            numbers found(C.size());
            dense_sweeps_for(isa).multiply({found.data(), A.data(), B.data(), n, k, n, m, k, n});
            CHECK(found == C);
        }
        const std::int64_t rows = 3 + seed % 6, columns = 16;
        const numbers p = gaussian(rows, 1), x = gaussian(rows, 2), v = gaussian(columns, 3), y = gaussian(columns, 4),
                      q = gaussian(columns, 5), start = gaussian(rows * columns, seed);
        numbers first_w, first_z, first_A;
        for (const instruction_set isa : available_sets()) {
            numbers M = start, w(static_cast<std::size_t>(rows)), z(static_cast<std::size_t>(columns));
            dense_sweeps_for(isa).pass_two_sided({M.data(), columns, rows, 8, columns, p.data(), y.data(), x.data(),
                                                  q.data(), v.data(), w.data(), z.data()});
            for (std::int64_t j = 8; j < columns; ++j) {
                double sum = 0.0;
                for (std::int64_t i = 0; i < rows; ++i) {
                    const auto at = static_cast<std::size_t>(i * columns + j), c = static_cast<std::size_t>(j);
                    CHECK(M[at] ==
                          (start[at] - p[static_cast<std::size_t>(i)] * y[c]) - x[static_cast<std::size_t>(i)] * q[c]);
                    sum += v[static_cast<std::size_t>(i)] * M[at];
                }
                CHECK(z[static_cast<std::size_t>(j)] == doctest::Approx(sum).epsilon(1e-12));
            }
            for (std::int64_t i = 0; i < rows; ++i) {
                double sum = 0.0;
                for (std::int64_t j = 8; j < columns; ++j)
                    sum += M[static_cast<std::size_t>(i * columns + j)] * v[static_cast<std::size_t>(j)];
                CHECK(w[static_cast<std::size_t>(i)] == doctest::Approx(sum).epsilon(1e-10));
            }
            if (first_A.empty()) first_A = M, first_w = w, first_z = z;
            CHECK(M == first_A);
            CHECK(w == first_w);
            CHECK(z == first_z);
        }
    }
}

TEST_CASE("real Schur form: U orthogonal, A U = U T, T quasi-triangular with standard blocks") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::int64_t n = 1 + (seed * 7) % 53, N = row_stride(n);
        numbers A = gaussian(n * n, seed);
        for (double& a : A) a *= 0.25;
        if (seed % 3 == 1)  // sparse, with eigenvalues 0
            for (std::size_t p = 0; p < A.size(); ++p)
                if (p % 5 != 0) A[p] = 0.0;
        const real_schur_form F = real_schur(A, n, true);
        REQUIRE(F.converged);
        numbers U(F.Ut.size()), I(F.Ut.size(), 0.0);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                U[static_cast<std::size_t>(i * N + j)] = F.Ut[static_cast<std::size_t>(j * N + i)];
                I[static_cast<std::size_t>(i * N + j)] = i == j ? 1.0 : 0.0;
            }
        CHECK(difference(F.Ut.data(), U.data(), I.data(), I.data(), n, N) <= 1e-14 * static_cast<double>(n));
        CHECK(difference(padded(A, n).data(), U.data(), U.data(), F.T.data(), n, N) <=
              1e-14 * static_cast<double>(n * n));
        const auto T = [&](std::int64_t i, std::int64_t j) { return F.T[static_cast<std::size_t>(i * N + j)]; };
        for (std::int64_t i = 1; i < n; ++i) {
            for (std::int64_t j = 0; j + 1 < i; ++j) CHECK(T(i, j) == 0.0);
            if (T(i, i - 1) == 0.0) continue;
            CHECK(T(i, i) == T(i - 1, i - 1));
            CHECK(T(i, i - 1) * T(i - 1, i) < 0.0);
            if (i >= 2) CHECK(T(i - 1, i - 2) == 0.0);
        }
    }
}

TEST_CASE("A X = X (D + N) with Y X = I; couplings stay where eigenvectors are parallel") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        const std::int64_t n = 2 + (seed * 5) % 31, N = row_stride(n);
        numbers A = gaussian(n * n, seed);
        for (double& a : A) a *= 0.2;
        const bool defective = seed % 3 == 2 && n >= 6;
        if (defective)  // a Jordan block of size 3 for 1/2 beside the rest
            for (std::int64_t i = 0; i < 3; ++i)
                for (std::int64_t j = 0; j < n; ++j) {
                    A[static_cast<std::size_t>(i * n + j)] = i == j ? 0.5 : j == i + 1 && j < 3 ? 1.0 : 0.0;
                }
        const block_diagonal_form B = block_diagonalise(real_schur(A, n, true), 1e4);
        REQUIRE(B.finite);
        CHECK(B.N.empty() == !defective);
        numbers D(B.X.size(), 0.0), I(B.X.size(), 0.0);
        for (std::int64_t j = 0; j < n; ++j) {
            const auto value = B.values[static_cast<std::size_t>(j)];
            I[static_cast<std::size_t>(j * N + j)] = 1.0;
            D[static_cast<std::size_t>(j * N + j)] = value.real();
            if (value.imag() > 0.0) D[static_cast<std::size_t>(j * N + j + 1)] = value.imag();
            if (value.imag() < 0.0) D[static_cast<std::size_t>(j * N + j - 1)] = value.imag();
        }
        for (const coupling& c : B.N) {
            CHECK(c.row < c.column);
            D[static_cast<std::size_t>(c.row * N + c.column)] += c.value;
        }
        double size = 0.0;
        for (std::size_t p = 0; p < B.X.size(); ++p) size = std::max({size, std::abs(B.X[p]), std::abs(B.Y[p])});
        CHECK(difference(padded(A, n).data(), B.X.data(), B.X.data(), D.data(), n, N) <=
              1e-13 * static_cast<double>(n) * size * size);
        CHECK(difference(B.Y.data(), B.X.data(), I.data(), I.data(), n, N) <=
              1e-13 * static_cast<double>(n) * size * size);
    }
}
