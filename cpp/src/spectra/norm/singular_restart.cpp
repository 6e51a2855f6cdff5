#include "spectra/norm/singular_restart.hpp"

#include <rhochain/krylov/arnoldi.hpp>
#include "kernels/small_dense.hpp"
#include "operators/normal_operator.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

// B^T B, row-major k x k, of the leading k steps.
std::vector<double> squared(const golub_kahan& F, std::size_t k) {
    std::vector<double> T(k * k, 0.0);
    for (std::size_t i = 0; i < k; ++i) {
        const double above = i == 0 ? 0.0 : F.beta()[i - 1];
        T[i * k + i] = F.alpha()[i] * F.alpha()[i] + above * above;
        if (i + 1 < k) T[i * k + i + 1] = T[(i + 1) * k + i] = F.alpha()[i] * F.beta()[i];
    }
    return T;
}

struct top_pair_of_lanczos {
    double sigma = 0.0;
    double second = 0.0;
    double residual = 0.0;            // ||A^T A v - sigma^2 v||
    std::vector<double> coordinates;  // of v
};

top_pair_of_lanczos top_pair(const arnoldi& lanczos) {
    const auto k = static_cast<std::size_t>(lanczos.size());
    const eigen_decomposition ritz = eigen_decompose(lanczos.projected(), lanczos.size(), true);
    top_pair_of_lanczos top;
    if (!ritz.converged || k < 2) return top;
    top.sigma = std::sqrt(std::max(0.0, ritz.values[0].real()));
    top.second = std::sqrt(std::max(0.0, ritz.values[1].real()));
    const std::vector<double> b = lanczos.coupling();
    for (std::size_t i = 0; i < k; ++i) {
        top.coordinates.push_back(ritz.vectors[i * k].real());
        top.residual += b[i] * top.coordinates.back();
    }
    return top;
}

}  // namespace

top_estimate restart_for_value(const linear_map& A, golub_kahan F, value_watch& watch, Bracket& b, Ledger& ledger) {
    constexpr std::int64_t most_steps = 400;
    constexpr std::int64_t between_looks = 4;
    const auto k = static_cast<std::size_t>(F.size() - 1);
    const std::vector<double> T = squared(F, k);
    const double coupling = F.alpha()[k - 1] * F.beta()[k - 1];
    arnoldi lanczos(normal_operator(A), F.release_basis(), T, coupling);
    std::int64_t steps = lanczos.size();
    top_pair_of_lanczos top = top_pair(lanczos);
    bool stable = false;
    while (!stable && steps < most_steps && !ledger.exhausted()) {
        const std::int64_t third = std::max<std::int64_t>(2, lanczos.size() / 3);
        if (lanczos.size() == lanczos.capacity() && !lanczos.restart_dominant(third)) break;
        const std::int64_t next = std::min(lanczos.size() + between_looks, lanczos.capacity());
        while (lanczos.size() < next && !lanczos.invariant()) {
            lanczos.expand();
            ledger.count(2);
            ++steps;
        }
        top_pair_of_lanczos now = top_pair(lanczos);
        if (now.coordinates.empty()) break;
        top = std::move(now);
        b.value = std::clamp(top.sigma, b.value, std::max(b.value, b.upper.value));
        ledger.record(b.lower.value, b.value, b.upper.value);
        watch.look(steps, top.sigma, top.second, top.residual);
        stable = lanczos.invariant() || watch.hardly_rose() || watch.predicted();
    }
    vector_block v(A.domain());
    if (top.coordinates.empty()) top.coordinates.assign(1, 1.0);
    lanczos.basis().combine(top.coordinates, v);
    return {std::move(v), stable};
}

}  // namespace rhochain
