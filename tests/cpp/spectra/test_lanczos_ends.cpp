// Bounds of the ends of a spectrum from Lanczos runs of diagonal matrices whose starts hold a known, small part of the
// extreme eigenvectors.
#include "spectra/growth/lanczos_ends.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace rhochain;

namespace {

struct recurrence {
    std::vector<double> a;
    std::vector<double> b;

    [[nodiscard]] lanczos_numbers first(std::size_t k) const { return {{a.data(), k}, {b.data(), k}}; }
};

double plain_dot(const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    return sum;
}

void normalise(std::vector<double>& x) {
    const double norm = std::sqrt(plain_dot(x, x));
    for (double& entry : x) entry /= norm;
}

// Lanczos on diag(values) as its three-term recurrence is, orthogonality lost or not.
recurrence run_lanczos(const std::vector<double>& values, std::vector<double> q, std::size_t steps) {
    recurrence T;
    std::vector<double> before(q.size(), 0.0);
    double b = 0.0;
    for (std::size_t k = 0; k < steps; ++k) {
        std::vector<double> next(q.size());
        for (std::size_t i = 0; i < q.size(); ++i) next[i] = values[i] * q[i] - b * before[i];
        const double a = plain_dot(next, q);
        for (std::size_t i = 0; i < q.size(); ++i) next[i] -= a * q[i];
        b = std::sqrt(plain_dot(next, next));
        T.a.push_back(a);
        T.b.push_back(b);
        if (b < 1e-14) break;
        for (double& entry : next) entry /= b;
        before = std::exchange(q, std::move(next));
    }
    return T;
}

struct problem {
    std::string name;
    std::vector<double> values;  // falling
};

std::vector<problem> problems(std::mt19937& gen) {
    constexpr std::size_t n = 120;
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    std::vector<problem> all{{"spread", {}},     {"outlier", {}},    {"cluster", {}},
                             {"two values", {}}, {"semicircle", {}}, {"below zero", {}}};
    for (std::size_t i = 0; i < n; ++i) {
        const double x = uniform(gen);
        all[0].values.push_back(x);
        all[1].values.push_back(i == 0 ? 3.0 : x);
        all[2].values.push_back(i < 5 ? 1.0 - 1e-9 * static_cast<double>(i) : 0.9 * x);
        all[3].values.push_back(i < n / 2 ? 2.0 : -1.0);
        all[4].values.push_back(2.0 * std::cos(std::acos(-1.0) * (static_cast<double>(i) + 0.5) / n));
        all[5].values.push_back(-5.0 + x);
    }
    for (problem& p : all) std::sort(p.values.rbegin(), p.values.rend());
    return all;
}

// A unit vector whose first and last entry are `share`.
std::vector<double> start_with(double share, std::size_t n, std::mt19937& gen) {
    std::normal_distribution<double> normal;
    std::vector<double> q(n);
    for (double& entry : q) entry = normal(gen);
    q.front() = q.back() = 0.0;
    normalise(q);
    for (double& entry : q) entry *= std::sqrt(1.0 - 2.0 * share * share);
    q.front() = q.back() = share;
    return q;
}

constexpr double rounding = 1e-14;

}  // namespace

TEST_CASE("both bounds hold at every step for a start that hardly holds the extreme eigenvectors") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    for (const problem& p : problems(gen)) {
        CAPTURE(p.name);
        const double top = p.values.front(), bottom = p.values.back(), spread = top - bottom;
        for (const double share : {0.1, 1e-3, 1e-6, 1e-9}) {
            CAPTURE(share);
            const recurrence T = run_lanczos(p.values, start_with(share, p.values.size(), gen), 400);
            double best = std::numeric_limits<double>::infinity(), best_below = best;
            for (std::size_t k = 1; k <= T.a.size(); k += 1 + k / 4) {
                CAPTURE(k);
                const bounds_of_ends found = bound_ends(T.first(k), {share, rounding});
                CHECK(found.largest >= top - 1e-12 * spread);
                CHECK(found.largest_of_negative >= -bottom - 1e-12 * spread);
                best = std::min(best, found.largest);
                best_below = std::min(best_below, found.largest_of_negative);
            }
            // A long run resolves both ends.
            CHECK(best <= top + 0.01 * spread);
            CHECK(best_below <= -bottom + 0.01 * spread);
        }
    }
}

TEST_CASE("the bound of k steps falls below the eigenvalue for a share that the start does not have") {
    std::mt19937 gen{std::random_device{}()};
    const problem outlier = problems(gen)[1];
    const recurrence T = run_lanczos(outlier.values, start_with(1e-9, outlier.values.size(), gen), 8);
    CHECK(bound_ends(T.first(8), {0.3, rounding}).largest < 3.0);
    CHECK(bound_ends(T.first(8), {1e-9, rounding}).largest >= 3.0);
}

TEST_CASE("errors of the recurrence are covered by eps") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    for (const problem& p : problems(gen)) {
        CAPTURE(p.name);
        constexpr double eps = 1e-6, share = 1e-3;
        // H + E for a diagonal E: the numbers of H + E are those of H with errors of at most ||E||.
        std::uniform_real_distribution<double> uniform(-eps, eps);
        std::vector<double> moved = p.values;
        for (double& value : moved) value += uniform(gen);
        moved.front() = p.values.front() - eps;
        const recurrence T = run_lanczos(moved, start_with(share, moved.size(), gen), 300);
        for (std::size_t k = 1; k <= T.a.size(); k += 7) {
            CAPTURE(k);
            CHECK(bound_ends(T.first(k), {share, 1.01 * eps}).largest >= p.values.front());
        }
    }
}

TEST_CASE("no bound from nothing, from an error above the share or from numbers that are not finite") {
    const recurrence T{{1.0, 0.5, 0.25}, {0.5, 0.5, 0.5}};
    CHECK(std::isinf(bound_ends(T.first(0), {0.5, 0.0}).largest));
    CHECK(std::isinf(bound_ends({T.a, std::vector<double>{0.5, std::nan(""), 0.5}}, {0.5, 0.0}).largest));
    CHECK(bound_ends(T.first(3), {0.5, 0.0}).largest >= ritz_ends(T.first(3)).highest);
    // The higher the error, the higher the bound.
    double before = 0.0;
    for (const double error : {0.0, 1e-6, 1e-3, 0.1}) {
        const double bound = bound_ends(T.first(3), {1e-3, error}).largest;
        CHECK(bound >= before);
        before = bound;
    }
}

TEST_CASE("a random start on the complex sphere has the least share with the stated probability") {
    // P(|u^* q|^2 <= delta / (n - 1)) = 1 - (1 - delta / (n - 1))^(n - 1), just below delta.
    CHECK(least_share(1, 1e-3) == 1.0);
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 gen{seed};
    std::normal_distribution<double> normal;
    for (const int n : {2, 5, 30}) {
        constexpr double delta = 0.2;
        constexpr int trials = 4000;
        int failures = 0;
        for (int trial = 0; trial < trials; ++trial) {
            double first = 0.0, all = 0.0;
            for (int i = 0; i < 2 * n; ++i) {
                const double x = normal(gen);
                all += x * x;
                if (i < 2) first += x * x;
            }
            failures += std::sqrt(first / all) < least_share(n, delta) ? 1 : 0;
        }
        CAPTURE(n);
        // Six standard deviations.
        const double deviation = std::sqrt(delta * (1.0 - delta) * trials);
        CHECK(failures <= delta * trials + 6.0 * deviation);
        CHECK(failures >= (1.0 - std::exp(-delta)) * trials - 6.0 * deviation);
    }
}
