#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/scaling_flow.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

constexpr std::int64_t first_move = 3;  // steps before V says anything about the top of the spectrum
constexpr std::int64_t memory = 60;
constexpr double damping = 0.03;
constexpr double most_gradient = 1.0;

}  // namespace

scaling_flow::scaling_flow(const irreducible_block& block, std::vector<double> d, double most, std::int64_t columns,
                           std::uint64_t seed, std::uint64_t stream, int threads)
    : block_(block),
      d_(std::move(d)),
      most_(most),
      columns_(columns),
      threads_(threads),
      B_(block.A, d_, threads),
      V_(d_.size() * static_cast<std::size_t>(columns)),
      U_(V_.size()),
      v_squares_(d_.size()),
      u_squares_(d_.size()),
      last_gradient_(d_.size(), 0.0) {
    fill_gaussian(V_, seed, stream, threads);
    const mutable_block V(V_.data(), block.A.cols(), columns);
    for (const std::int64_t i : block.outside) std::fill_n(V.row(i), columns, 0.0);
    scale(1.0 / norm2(V_, threads), V_, threads);
}

bool scaling_flow::step() {
    const std::int64_t n = block_.A.cols();
    const mutable_block V(V_.data(), n, columns_);
    const mutable_block U(U_.data(), n, columns_);
    B_.apply(V, U);
    row_squares(V, v_squares_, threads_);
    row_squares(U, u_squares_, threads_);
    const double s2 = sum(u_squares_, threads_) / sum(v_squares_, threads_);
    if (!(s2 > 0.0) || !std::isfinite(s2)) return false;
    rayleigh_ = std::sqrt(s2);
    B_.apply_adjoint(U, V);
    const double norm = norm2(V_, threads_);
    if (!(norm > 0.0) || !std::isfinite(norm)) return false;
    scale(1.0 / norm, V_, threads_);
    if (steps_ >= first_move) move(s2);
    ++steps_;
    return true;
}

void scaling_flow::move(double s2) {
    const double eta = 0.5 / static_cast<double>(std::min(steps_ + 1, memory));
    const bool started = steps_ > first_move;
    parallel_ranges(threads_, block_.A.cols(), [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            const double v = s2 * v_squares_[i];
            const double u = u_squares_[i];
            if (!(v > 0.0) && !(u > 0.0)) continue;
            const double g = std::clamp(std::log(v) - std::log(u), -most_gradient, most_gradient);
            const double change = eta * g + (started ? damping * (g - last_gradient_[i]) : 0.0);
            d_[i] = std::clamp(d_[i] + change, -most_, most_);
            last_gradient_[i] = g;
        }
    });
    B_.set(d_);
}

std::vector<double> scaling_flow::unscaled_block() const {
    std::vector<double> X(V_.size());
    scale_rows(B_.inverse(), const_block(V_.data(), block_.A.cols(), columns_),
               mutable_block(X.data(), block_.A.cols(), columns_), threads_);
    return X;
}

}  // namespace rhochain
