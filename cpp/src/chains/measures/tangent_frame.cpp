#include "chains/measures/tangent_frame.hpp"

#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "krylov/block_qr.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace rhochain {
namespace {

scaled_block random_columns(std::int64_t k, std::uint64_t seed, const space& S) {
    vector_block columns(S, k);
    fill_gaussian(columns, seed, streams::frame, S);
    return {columns, "start", S};
}

}  // namespace

tangent_frame::tangent_frame(const chain_ref& P, std::int64_t k, std::uint64_t seed)
    : tangent_frame(P, random_columns(k, seed, P.domain())) {}

tangent_frame::tangent_frame(const chain_ref& P, scaled_block Q, std::int64_t lost)
    : S_(P.domain()),
      factor_(P.factor(direction::forward, Q.columns())),
      Q_(std::move(Q)),
      start_(S_, Q_.columns()),
      y_(S_, Q_.columns()),
      squares_(static_cast<std::size_t>(Q_.columns())),
      norms_(Q_.norms()),
      logs_(squares_.size()),
      lost_(lost) {}

void tangent_frame::step(std::int64_t k) {
    chain_move move = factor_(k, Q_, false, y_, squares_);
    Q_.replace(y_, move.exponent, squares_, std::move(move.deferred_write));
}

double tangent_frame::factorize() {
    const std::int64_t lost_before = lost_;
    lost_ = 0;
    const double least = orthonormalise(Q_.mantissas(), norms_, S_, R_);
    scale_factor();
    for (std::size_t c = 0; c < logs_.size(); ++c) {
        logs_[c] = std::log(norms_[c]) + static_cast<double>(Q_.exponents()[c]) * std::numbers::ln2;
        if (norms_[c] == 0.0) ++lost_;
        norms_[c] = norms_[c] > 0.0 ? 1.0 : 0.0;
    }
    Q_.restart(norms_);
    const double cancellation = lost_ > lost_before ? -std::log(lost_fraction) : -std::log(least);
    return std::max(0.0, cancellation);
}

void tangent_frame::scale_factor() {
    const auto& exponents = Q_.exponents();
    const std::int64_t largest = *std::max_element(exponents.begin(), exponents.end());
    for (std::size_t p = 0; p < R_.size(); ++p) {
        const std::int64_t e = exponents[p % exponents.size()] - largest;
        R_[p] = std::ldexp(R_[p], static_cast<int>(std::max<std::int64_t>(e, -5000)));
    }
}

void tangent_frame::keep() {
    copy_block(std::as_const(Q_).mantissas(), start_, S_);
    start_norms_ = norms_;
    start_lost_ = lost_;
}

void tangent_frame::return_to_kept() {
    copy_block(start_, Q_.mantissas(), S_);
    norms_ = start_norms_;
    lost_ = start_lost_;
    Q_.restart(norms_);
}

}  // namespace rhochain
