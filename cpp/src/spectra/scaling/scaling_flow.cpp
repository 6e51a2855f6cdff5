#include "spectra/scaling/scaling_flow.hpp"

#include "kernels/solvers/scaling_ops.hpp"
#include "kernels/vectors/block_norm.hpp"
#include "kernels/vectors/block_ops.hpp"
#include "kernels/vectors/row_scaling.hpp"
#include "kernels/vectors/state_archive.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t first_move = 3;  // steps before V resembles the top of the spectrum
constexpr std::int64_t memory = 60;
constexpr double damping = 0.03;

}  // namespace

scaling_flow::scaling_flow(const irreducible_block& block, vector_block d, double most, std::int64_t columns,
                           std::uint64_t seed, std::uint64_t stream)
    : block_(block),
      d_(std::move(d)),
      most_(most),
      B_(block.map(), d_),
      V_(block.domain(), columns),
      v_squares_(block.domain()),
      u_squares_(block.domain()),
      last_gradient_(block.domain()) {
    fill(0.0, last_gradient_, block.domain());
    block.draw(V_, seed, stream);
    normalise(V_, block.domain());
}

bool scaling_flow::step() {
    const space& S = block_.domain();
    U_.reshape(S, columns());
    const block_out V = V_, U = U_;
    B_.apply(V, U);
    row_squares(V, v_squares_, S);
    row_squares(U, u_squares_, S);
    const double u2 = sum(u_squares_, S);
    const double v2 = sum(v_squares_, S);
    const double s2 = u2 / v2;
    if (!(s2 > 0.0) || !std::isfinite(s2)) return false;
    rayleigh_ = std::sqrt(s2);
    B_.apply_adjoint(U, V);
    const double norm = normalise(V, S);
    if (!(norm > 0.0) || !std::isfinite(norm)) return false;
    if (steps_ >= first_move) move(s2);
    ++steps_;
    return true;
}

bool scaling_flow::widen(std::int64_t extra, std::uint64_t seed, std::uint64_t stream) {
    const space& S = block_.domain();
    vector_block added(S, extra);
    block_.draw(added, seed, stream);
    U_.reshape(S, extra);
    for (std::int64_t k = 0; k < filter_steps; ++k) {
        B_.apply(added, U_);
        B_.apply_adjoint(U_, added);
        const double norm = normalise(added, S);
        if (!(norm > 0.0) || !std::isfinite(norm)) return false;
    }
    vector_block V(S, columns() + extra);
    place_columns(1.0, V_, 0, V, S);
    place_columns(std::sqrt(static_cast<double>(extra) / static_cast<double>(columns())), added, columns(), V, S);
    V_ = std::move(V);
    normalise(V_, S);
    return true;
}

void scaling_flow::exchange(state_archive& s) {
    const space& S = block_.domain();
    s(d_, S);
    s.resizable(V_, S, 2 * V_.columns());
    s(last_gradient_, S);
    s.within(steps_, 0, std::int64_t{1} << 40);
    s(rayleigh_);
    if (s.reads()) B_.set(d_);
}

void scaling_flow::move(double s2) {
    gradient_step step{};
    step.ratio = s2;
    step.eta = 0.5 / static_cast<double>(std::min(steps_ + 1, memory));
    step.damping = steps_ > first_move ? damping : 0.0;
    step.most = most_;
    move_along_gradient(step, v_squares_, u_squares_, last_gradient_, d_, block_.domain());
    B_.set(d_);
}

vector_block scaling_flow::unscaled_block() const {
    const space& S = block_.domain();
    vector_block X(S, columns());
    scale_rows(1.0, B_.inverse(), V_, X, S);
    return X;
}

}  // namespace rhochain
