#include "spectra/radius/disc_union.hpp"
#include "spectra/radius/verified_discs.hpp"

#include "matrices.hpp"
#include "symmetric_matrices.hpp"

#include <rhochain/rhochain.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace rhochain;

namespace {

// L J L^-1 for an upper bidiagonal J of whole numbers and a product L of elementary whole-number matrices: exact, of
// the spectrum of J.
std::vector<double> disguised(std::vector<double> A, std::int64_t n, unsigned seed, int operations) {
    std::mt19937_64 generator(seed);
    std::uniform_int_distribution<std::int64_t> index(0, n - 1);
    for (int step = 0; step < operations; ++step) {
        const std::int64_t i = index(generator), k = index(generator);
        if (i == k) continue;
        for (std::int64_t j = 0; j < n; ++j)
            A[static_cast<std::size_t>(i * n + j)] += A[static_cast<std::size_t>(k * n + j)];
        for (std::int64_t j = 0; j < n; ++j)
            A[static_cast<std::size_t>(j * n + k)] -= A[static_cast<std::size_t>(j * n + i)];
    }
    return A;
}

void scale_to_one(std::vector<double>& A, double& rho) {
    double largest = 0.0;
    for (const double a : A) largest = std::max(largest, std::abs(a));
    const double s = std::exp2(-std::ceil(std::log2(largest)));
    for (double& a : A) a *= s;
    rho *= s;
}

// Whether the eigenvalues have a numbering in which each one lies in its disc: a matching by augmenting paths.
bool numbered(const std::vector<eigenvalue_disc>& discs, const std::vector<double>& eigenvalues) {
    const std::size_t n = discs.size();
    std::vector<std::size_t> owner(n, n);
    std::vector<bool> tried;
    const auto place = [&](const auto& self, std::size_t i) -> bool {
        for (std::size_t k = 0; k < n; ++k) {
            if (tried[k] || !(std::abs(discs[i].value - eigenvalues[k]) <= discs[i].radius)) continue;
            tried[k] = true;
            if (owner[k] != n && !self(self, owner[k])) continue;
            owner[k] = i;
            return true;
        }
        return false;
    };
    for (std::size_t i = 0; i < n; ++i) {
        tried.assign(n, false);
        if (!place(place, i)) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("discs: the largest modulus over the union, and the best of the sets that meet no other one") {
    const std::vector<std::complex<double>> centres{{3.0, 0.0}, {0.0, 2.5}, {0.0, -2.5}, {-2.0, 0.0}, {1.0, 0.0}};
    const auto ends = [&](std::vector<double> radii) {
        const disc_union discs(centres, std::move(radii));
        return std::pair{discs.lower(), discs.upper()};
    };
    CHECK(ends({0.5, 0.1, 0.1, 0.1, 0.1}).first == doctest::Approx(2.5));
    CHECK(ends({0.5, 0.1, 0.1, 0.1, 0.1}).second == doctest::Approx(3.5));
    // The disc of 3 meets that of 1, so the pair counts.
    CHECK(ends({1.5, 0.25, 0.25, 0.1, 0.6}).first == doctest::Approx(2.25));
    // That of 3 holds all but that of -2.
    CHECK(ends({4.0, 0.1, 0.1, 0.1, 0.1}).first == doctest::Approx(1.9));
    CHECK(ends({1.9, 2.2, 2.2, 0.1, 0.1}).first == doctest::Approx(1.9));
    CHECK(ends({1.9, 2.2, 2.2, 0.1, 0.1}).second == doctest::Approx(4.9));
}

TEST_CASE("discs: the radii of a numbering reach over connected unions alone") {
    const std::vector<std::complex<double>> centres{{3.0, 0.0}, {0.0, 2.5}, {0.0, -2.5}, {-2.0, 0.0}, {1.0, 0.0}};
    const auto radii = [&](std::vector<double> r) { return disc_union(centres, std::move(r)).numbered(); };
    CHECK(radii({0.5, 0.1, 0.1, 0.1, 0.1})[0] == doctest::Approx(0.5));
    // Conjugates apart from each other.
    CHECK(radii({0.5, 0.1, 0.1, 0.1, 0.1})[1] == doctest::Approx(0.1));
    CHECK(radii({1.5, 0.1, 0.1, 0.1, 0.6})[0] == doctest::Approx(2.6));
    CHECK(radii({1.5, 0.1, 0.1, 0.1, 0.6})[4] == doctest::Approx(3.5));
    CHECK(radii({0.1, 2.6, 2.6, 0.1, 0.1})[2] == doctest::Approx(7.6));
    // Through a third disc.
    CHECK(radii({1.9, 2.0, 2.0, 0.1, 1.5})[1] == doctest::Approx(7.0));
    for (const double r : radii({0.1, 0.1, 0.1, 0.1, std::numeric_limits<double>::infinity()})) CHECK(std::isinf(r));
    for (const double r : radii({0.1, 0.1, 0.1, 0.1, std::nan("")})) CHECK(std::isinf(r));
}

TEST_CASE("discs: the eigenvalues of whole-number matrices have a numbering, multiple and defective ones too") {
    int narrow = 0;
    for (unsigned seed = 0; seed < 120; ++seed) {
        const std::int64_t n = 3 + seed % 14;
        std::mt19937_64 generator(seed);
        std::uniform_int_distribution<int> entry(-3, 3);
        std::vector<double> J(static_cast<std::size_t>(n * n), 0.0), eigenvalues;
        for (std::int64_t i = 0; i < n; ++i) {
            eigenvalues.push_back(entry(generator));
            J[static_cast<std::size_t>(i * n + i)] = eigenvalues.back();
            if (i > 0 && seed % 3 == 0) J[static_cast<std::size_t>((i - 1) * n + i)] = entry(generator) > 1 ? 1.0 : 0.0;
        }
        std::vector<double> A = disguised(J, n, seed, 10);
        double scale = 1.0;
        scale_to_one(A, scale);
        for (double& x : eigenvalues) x *= scale;
        const auto found = enclose_eigenvalues(A, n, 0.0);
        REQUIRE(found.size() == static_cast<std::size_t>(n));
        CHECK(numbered(found, eigenvalues));
        double most = 0.0;
        for (const auto& e : found) most = std::max(most, e.radius);
        if (most <= 1e-8 * scale) ++narrow;
    }
    CHECK(narrow >= 60);
}

TEST_CASE("discs hold the eigenvalues of companion matrices") {
    // Of (z - 1) (z - 2) .. (z - n): ill-conditioned from n = 10 on, and still in their discs.
    for (std::int64_t n = 1; n <= 14; ++n) {
        std::vector<double> p{1.0};  // coefficients, the highest power first; whole numbers below 2^53
        for (std::int64_t root = 1; root <= n; ++root) {
            p.push_back(0.0);
            for (std::size_t k = p.size() - 1; k > 0; --k) p[k] -= static_cast<double>(root) * p[k - 1];
        }
        const auto m = static_cast<std::size_t>(n);
        std::vector<double> B(m * m, 0.0);
        for (std::size_t j = 0; j < m; ++j) B[j] = -p[j + 1];
        for (std::size_t i = 1; i < m; ++i) B[i * m + i - 1] = 1.0;
        double scale = 1.0;
        scale_to_one(B, scale);
        auto found = enclose_eigenvalues(B, n, 0.0);
        REQUIRE(found.size() == m);
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return a.value.real() > b.value.real(); });
        std::vector<double> roots;
        for (std::int64_t root = 1; root <= n; ++root) roots.push_back(scale * static_cast<double>(root));
        CHECK(numbered(found, roots));
        if (n <= 6) CHECK(found.front().radius < 1e-6 * scale);
    }
    // A Jordan block: a disc that holds all, or nothing is proved.
    for (const auto& e : enclose_eigenvalues(std::vector<double>{1.0, 1.0, 0.0, 1.0}, 2, 0.0))
        CHECK(std::abs(e.value - 1.0) <= e.radius);
}

TEST_CASE("discs hold the radius of whole-number matrices with known spectrum, and are narrow unless it is defective") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        const std::int64_t n = 4 + seed % 13;
        std::mt19937_64 generator(seed);
        std::uniform_int_distribution<int> entry(-4, 4);
        std::vector<double> J(static_cast<std::size_t>(n * n), 0.0);
        double rho = 6.0;
        for (std::int64_t i = 1; i < n; ++i) J[static_cast<std::size_t>(i * n + i)] = entry(generator);
        J[0] = seed % 2 == 0 ? 6.0 : -6.0;
        const bool defective = seed % 5 == 4;
        if (defective) {
            J[static_cast<std::size_t>(n + 1)] = J[0];
            J[1] = 1.0;
        }
        std::vector<double> A = disguised(J, n, seed, 12);
        scale_to_one(A, rho);
        const radius_discs found = enclose_radius(A, n, 0.0);
        REQUIRE(found.found());
        CHECK(found.lower <= rho);
        CHECK(found.upper >= rho);
        if (!defective) CHECK(found.upper - found.lower <= 1e-8 * rho);
    }
}

TEST_CASE("discs hold for every matrix within the error that they are given") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::int64_t n = 12;
        const auto W = matrices::random_csr<double, std::int32_t>(n, n, 0.7, seed);
        std::vector<double> A = matrices::dense(W.view());
        for (double& a : A) a *= 0.25;
        const double error = std::pow(10.0, -2.0 - static_cast<double>(seed % 4));
        const radius_discs found = enclose_radius(A, n, error);
        if (!found.found()) continue;
        for (unsigned trial = 0; trial < 10; ++trial) {
            std::vector<double> E =
                matrices::dense(matrices::random_csr<double, std::int32_t>(n, n, 1.0, 100 + trial).view());
            double square = 0.0;
            for (const double e : E) square += e * e;
            std::vector<double> B = A;
            for (std::size_t p = 0; p < B.size(); ++p) B[p] += 0.999 * error / std::sqrt(square) * E[p];
            const double rho = matrices::dense_radius(B, n);
            CHECK(found.lower <= rho);
            CHECK(found.upper >= rho);
        }
    }
}

TEST_CASE("proofs on request: both ends PROVED, in place too, and the reason where there are none") {
    for (unsigned seed = 0; seed < 4; ++seed) {
        const std::int64_t n = 150;
        auto D = matrices::dense(matrices::iid<double>(n, 8, seed).view());
        const double truth = matrices::dense_radius(D, n);
        // A vertex outside of the component, which is then solved in place.
        std::vector<double> larger(static_cast<std::size_t>((n + 1) * (n + 1)), 0.0);
        for (std::int64_t i = 0; i < n; ++i) std::copy_n(D.begin() + i * n, n, larger.begin() + (i + 1) * (n + 1) + 1);
        larger[static_cast<std::size_t>(n + 1)] = 1.0;
        const auto W = matrices::sparse(larger, n + 1);
        const Bracket b = spectral_radius(W.view(), {}, {.proved = true});
        CHECK(b.lower.grade == Grade::proved);
        CHECK(b.upper.grade == Grade::proved);
        CHECK(b.upper.value - b.lower.value <= 1e-8 * truth);
        CHECK(b.lower.value <= truth * (1.0 + 1e-12));
        CHECK(b.upper.value >= truth * (1.0 - 1e-12));
        CHECK(static_cast<std::int64_t>(b.vector.size()) == n + 1);
        CHECK(std::abs(b.vector[0]) == 0.0);
        CHECK(check_eigenpair(W.view(), b.vector).residual.value <= 1e-8 * truth);
    }
    const std::int64_t n = 1001;
    const Bracket large = spectral_radius(matrices::iid<double>(n, 8, 1).view(), {}, {.proved = true});
    CHECK(large.lower.source.find("more than 1000 vertices") != std::string::npos);
    CHECK(large.lower.grade != Grade::proved);
}

TEST_CASE("a disc of unknown radius makes every bound of the union trivial") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<std::complex<double>> centres{{3.0, 0.0}, {1.0, 0.0}, {-2.0, 0.0}};
    for (std::size_t unknown = 0; unknown < centres.size(); ++unknown) {
        CAPTURE(unknown);
        std::vector<double> radii{0.1, 0.1, 0.1};
        radii[unknown] = nan;
        const disc_union discs{centres, radii};
        CHECK(std::isinf(discs.upper()));
        CHECK(discs.lower() == 0.0);
        for (const double reach : discs.numbered()) CHECK(std::isinf(reach));
    }
}

TEST_CASE("the bracket of the outermost modulus holds every disc, also one that reaches beyond that of its centre") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    // A loop of 1, and a Jordan block just below 1 in a random basis, whose discs are wide.
    constexpr std::size_t n = 4;
    const std::vector<double> B = matrices::random_vector(9, seed);
    csr<double, std::int32_t> W{n, n, {0}, {}, {}};
    W.indices.push_back(0);
    W.values.push_back(1.0);
    W.indptr.push_back(1);
    // R J R^-1 with R = I - 2 u u^T / u^T u.
    const double length = B[0] * B[0] + B[1] * B[1] + B[2] * B[2];
    const auto reflector = [&](std::size_t i, std::size_t j) {
        return (i == j ? 1.0 : 0.0) - 2.0 * B[i] * B[j] / length;
    };
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            double x = 0.0;
            for (std::size_t k = 0; k < 3; ++k) {
                x += reflector(i, k) * (1.0 - 1e-7) * reflector(k, j);
                if (k < 2) x += reflector(i, k) * reflector(k + 1, j);
            }
            W.indices.push_back(static_cast<std::int32_t>(j + 1));
            W.values.push_back(x);
        }
        W.indptr.push_back(static_cast<std::int32_t>(W.values.size()));
    }
    const OuterEigenvalues found = outer_eigenvalues(sparse_operator(W.view()), 4, {});
    double reach = 0.0;
    for (const OuterEigenvalue& v : found.values) {
        CHECK(v.grade == Grade::proved);
        reach = std::max(reach, std::abs(v.value) + v.radius);
    }
    CHECK(reach > 1.0 + 1e-6);
    CHECK(found.outermost.upper.grade == Grade::proved);
    CHECK(found.outermost.upper.value >= reach);
}
