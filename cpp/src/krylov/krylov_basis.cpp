#include <rhochain/kernels/parallel.hpp>
#include <rhochain/krylov/krylov_basis.hpp>

#include <algorithm>

namespace rhochain {
namespace {

// A chunk of w stays in the first-level cache while every basis vector passes by.
constexpr std::int64_t chunk = 2048;

std::int64_t chunk_count(std::int64_t n) { return (n + chunk - 1) / chunk; }

// Threads for an operation on n x k numbers: below this size it takes less time than waking them.
int team_for(std::int64_t numbers, int threads) {
    constexpr std::int64_t worth_sharing = 1 << 17;
    return numbers < worth_sharing ? 1 : threads;
}

}  // namespace

void krylov_basis::append(double a, vector_in w) {
    vectors_.push_back(std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(n_)));
    copy_scaled(a, w, {vectors_.back().get(), static_cast<std::size_t>(n_)}, threads_);
}

void krylov_basis::project(vector_in w, std::span<double> h) const {
    const auto k = static_cast<std::size_t>(size());
    std::vector<double> partial(k * static_cast<std::size_t>(chunk_count(n_)));
    parallel_for(team_for(n_ * size(), threads_), chunk_count(n_), [&](std::int64_t c) {
        const auto begin = static_cast<std::size_t>(c * chunk);
        const auto count = static_cast<std::size_t>(std::min(n_, (c + 1) * chunk)) - begin;
        const vector_in part = w.subspan(begin, count);
        for (std::size_t j = 0; j < k; ++j)
            partial[static_cast<std::size_t>(c) * k + j] = dot({vectors_[j].get() + begin, count}, part, 1);
    });
    std::fill(h.begin(), h.end(), 0.0);
    for (std::size_t p = 0; p < partial.size(); ++p) h[p % k] += partial[p];
}

void krylov_basis::subtract(std::span<const double> h, vector_out w) const {
    parallel_for(team_for(n_ * size(), threads_), chunk_count(n_), [&](std::int64_t c) {
        const auto begin = static_cast<std::size_t>(c * chunk);
        const auto count = static_cast<std::size_t>(std::min(n_, (c + 1) * chunk)) - begin;
        for (std::size_t j = 0; j < h.size(); ++j)
            axpy(-h[j], {vectors_[j].get() + begin, count}, w.subspan(begin, count), 1);
    });
}

double krylov_basis::orthogonalise(vector_out w, std::span<double> h) const {
    // A second pass is needed only where the first cancels much of w (Daniel, Gragg, Kaufman & Stewart 1976).
    constexpr double cancellation = 0.7;
    std::vector<double> correction(vectors_.size());
    double norm = norm2(w, threads_);
    for (int pass = 0; pass < 2 && !vectors_.empty(); ++pass) {
        project(w, correction);
        subtract(correction, w);
        for (std::size_t j = 0; j < correction.size(); ++j) h[j] += correction[j];
        const double before = norm;
        norm = norm2(w, threads_);
        if (norm > cancellation * before) break;
    }
    return norm;
}

void krylov_basis::combine(std::span<const double> c, vector_out out) const {
    fill(0.0, out, threads_);
    std::vector<double> negated(c.begin(), c.end());
    for (double& x : negated) x = -x;
    subtract(negated, out);
}

void krylov_basis::rotate(std::span<const double> Q, std::int64_t kept) {
    const auto k = static_cast<std::size_t>(size());
    const auto p = static_cast<std::size_t>(kept);
    parallel_for(team_for(n_ * size(), threads_), chunk_count(n_), [&](std::int64_t c) {
        const auto begin = static_cast<std::size_t>(c * chunk);
        const auto count = static_cast<std::size_t>(std::min(n_, (c + 1) * chunk)) - begin;
        std::vector<double> rotated(p * count, 0.0);
        for (std::size_t j = 0; j < k; ++j)
            for (std::size_t q = 0; q < p; ++q)
                axpy(Q[j * p + q], {vectors_[j].get() + begin, count}, {rotated.data() + q * count, count}, 1);
        for (std::size_t q = 0; q < p; ++q)
            std::copy_n(rotated.data() + q * count, count, vectors_[q].get() + begin);
    });
    vectors_.resize(p);
}

}  // namespace rhochain
