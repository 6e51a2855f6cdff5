#include <rhochain/krylov/overlap_recurrence.hpp>
#include "kernels/vectors/state_archive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhochain {
namespace {

constexpr double unit_roundoff = 0x1p-52;

double with_rounding(double overlap, double size) { return overlap + std::copysign(unit_roundoff * size, overlap); }

}  // namespace

double overlap_recurrence::to_next_right(std::span<const double> alpha, std::span<const double> beta,
                                         double next_beta) {
    const std::size_t k = alpha.size();
    double largest = 0.0;
    for (std::size_t i = 0; i < k; ++i) {
        const double above = i == 0 ? 0.0 : beta[i - 1] * left_[i - 1];
        const double sum = alpha[i] * left_[i] + above - alpha[k - 1] * right_[i];
        right_[i] = with_rounding(sum, alpha[i] + alpha[k - 1] + next_beta) / next_beta;
        const double overlap = std::abs(right_[i]);
        largest = std::isnan(overlap) ? std::numeric_limits<double>::infinity() : std::max(largest, overlap);
    }
    right_.push_back(1.0);
    return largest;
}

void overlap_recurrence::right_is_orthogonal() { std::fill(right_.begin(), right_.end() - 1, unit_roundoff); }

void overlap_recurrence::to_next_left(std::span<const double> alpha, std::span<const double> beta) {
    const std::size_t k = beta.size();
    for (std::size_t i = 0; i < k; ++i) {
        const double sum = alpha[i] * right_[i] + beta[i] * right_[i + 1] - beta[k - 1] * left_[i];
        left_[i] = with_rounding(sum, alpha[i] + beta[i] + beta[k - 1]) / alpha[k];
    }
    left_.push_back(1.0);
}

void overlap_recurrence::exchange(state_archive& s) {
    s(right_);
    s(left_);
}

}  // namespace rhochain
