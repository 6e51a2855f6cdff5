#include "tangent_frame.hpp"

#include <rhochain/kernels/random.hpp>
#include <rhochain/krylov/block_qr.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

scaled_block random_columns(std::int64_t n, std::int64_t k, std::uint64_t seed, int threads) {
    buffer<double> entries(static_cast<std::size_t>(n * k));
    fill_gaussian(entries, seed, 0, threads);
    return {{entries.data(), n, k}, "start", threads};
}

}  // namespace

tangent_frame::tangent_frame(const chain_ref& P, std::int64_t k, std::uint64_t seed)
    : tangent_frame(P, random_columns(P.size(), k, seed, P.threads())) {}

tangent_frame::tangent_frame(const chain_ref& P, scaled_block Q, std::int64_t lost)
    : threads_(P.threads()),
      factor_(P.factor(direction::forward, Q.columns())),
      Q_(std::move(Q)),
      start_(static_cast<std::size_t>(Q_.rows() * Q_.columns())),
      y_(start_.size()),
      squares_(static_cast<std::size_t>(Q_.columns())),
      norms_(Q_.norms()),
      logs_(squares_.size()),
      lost_(lost) {}

void tangent_frame::step(std::int64_t k) {
    chain_move move = factor_(k, Q_, false, {y_.data(), Q_.rows(), Q_.columns()}, squares_);
    Q_.replace(y_, move.exponent, squares_, threads_, std::move(move.write_later));
}

double tangent_frame::factorize() {
    constexpr double ln2 = 0.693147180559945309417232121458;
    const std::int64_t lost_before = lost_;
    lost_ = 0;
    const double least = orthonormalise(Q_.mantissas(), norms_, threads_, R_);
    scale_factor();
    for (std::size_t c = 0; c < logs_.size(); ++c) {
        logs_[c] = std::log(norms_[c]) + static_cast<double>(Q_.exponents()[c]) * ln2;
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

void tangent_frame::remember() {
    const auto Q = std::as_const(Q_).mantissas().flat();
    std::copy(Q.begin(), Q.end(), start_.begin());
    start_norms_ = norms_;
    start_lost_ = lost_;
}

void tangent_frame::return_to_remembered() {
    std::copy(start_.begin(), start_.end(), Q_.mantissas().data);
    norms_ = start_norms_;
    lost_ = start_lost_;
    Q_.restart(norms_);
}

}  // namespace rhochain
