#include "spectra/norm/singular_restart.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
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

// The leading steps of F as a factorization of A^T A.
arnoldi continued(const linear_map& A, golub_kahan F) {
    const auto k = static_cast<std::size_t>(F.size() - 1);
    const std::vector<double> T = squared(F, k);
    const double coupling = F.alpha()[k - 1] * F.beta()[k - 1];
    return {normal_operator(A), F.release_basis(), T, coupling};
}

vector_block ones(const space& S) {
    vector_block x(S);
    fill(1.0, x, S);
    return x;
}

}  // namespace

singular_restart::singular_restart(const linear_map& A, golub_kahan F)
    : A_(A), lanczos_(continued(A, std::move(F))), steps_(lanczos_.size()), top_(top_pair_of(lanczos_)) {}

singular_restart::singular_restart(const linear_map& A) : A_(A), lanczos_(normal_operator(A), ones(A.domain()), 1) {}

singular_restart::top_pair singular_restart::top_pair_of(const arnoldi& lanczos) {
    const auto k = static_cast<std::size_t>(lanczos.size());
    const eigen_decomposition ritz = eigen_decompose(lanczos.projected(), lanczos.size(), true);
    top_pair top;
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

void singular_restart::exchange(state_archive& s) {
    lanczos_.exchange(s);
    s(steps_);
    s(top_.sigma);
    s(top_.second);
    s(top_.residual);
    s(top_.coordinates);
    s(stable_);
    s.require(steps_ >= 0 && top_.coordinates.size() <= static_cast<std::size_t>(lanczos_.basis().size()));
}

top_estimate singular_restart::run(value_watch& watch, Bracket& b, run_stage& stage, Ledger& ledger) {
    constexpr std::int64_t most_steps = 400;
    constexpr std::int64_t between_looks = 4;
    while (!stable_ && steps_ < most_steps && !stage.exhausted()) {
        stage.mark();
        const std::int64_t third = std::max<std::int64_t>(2, lanczos_.size() / 3);
        if (lanczos_.size() == lanczos_.capacity() && !lanczos_.restart_dominant(third)) break;
        const std::int64_t next = std::min(lanczos_.size() + between_looks, lanczos_.capacity());
        while (lanczos_.size() < next && !lanczos_.invariant()) {
            lanczos_.expand();
            ledger.count(2);
            ++steps_;
        }
        top_pair now = top_pair_of(lanczos_);
        if (now.coordinates.empty()) break;
        top_ = std::move(now);
        b.value = std::clamp(top_.sigma, b.value, std::max(b.value, b.upper.value));
        ledger.record(b.lower.value, b.value, b.upper.value);
        watch.look(steps_, top_.sigma, top_.second, top_.residual);
        stable_ = lanczos_.invariant() || watch.hardly_rose() || watch.predicted();
    }
    vector_block v(A_.domain());
    if (top_.coordinates.empty()) top_.coordinates.assign(1, 1.0);
    lanczos_.basis().combine(top_.coordinates, v);
    return {std::move(v), stable_};
}

}  // namespace rhochain
