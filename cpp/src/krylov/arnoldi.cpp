#include <rhochain/krylov/arnoldi.hpp>

#include "kernels/small_dense.hpp"
#include "kernels/vectors/state_archive.hpp"

#include <algorithm>
#include <utility>

namespace rhochain {

arnoldi::arnoldi(linear_map A, vector_in start, std::int64_t capacity)
    : A_(std::move(A)),
      capacity_(capacity),
      V_(A_.domain()),
      H_(static_cast<std::size_t>((capacity + 1) * capacity), 0.0) {
    V_.append_normalised(start);
}

arnoldi::arnoldi(linear_map A, krylov_basis V, std::span<const double> H, double coupling)
    : A_(std::move(A)), capacity_(V.size() - 1), k_(capacity_), V_(std::move(V)), H_(H.begin(), H.end()) {
    H_.resize(static_cast<std::size_t>((capacity_ + 1) * capacity_), 0.0);
    H_.back() = coupling;
}

void arnoldi::expand() {
    if (invariant_ || k_ == capacity_) return;
    const vector_out w = V_.next();
    A_.apply(V_[k_], w);
    const double before = norm2(w, V_.of());
    std::vector<double> h(static_cast<std::size_t>(k_) + 1, 0.0);
    const double beta = V_.orthogonalise(w, h);
    for (std::int64_t i = 0; i <= k_; ++i) H(i, k_) = h[static_cast<std::size_t>(i)];
    ++k_;
    // The rest of w is rounding: the space is invariant.
    constexpr double rounding = 0x1p-48;
    invariant_ = !(beta > rounding * before);
    H(k_, k_ - 1) = invariant_ ? 0.0 : beta;
    if (!invariant_) V_.append(beta);
}

std::vector<double> arnoldi::projected() const {
    std::vector<double> result;
    result.reserve(static_cast<std::size_t>(k_ * k_));
    for (std::int64_t i = 0; i < k_; ++i) {
        const auto row = H_.begin() + i * capacity_;
        result.insert(result.end(), row, row + k_);
    }
    return result;
}

std::vector<double> arnoldi::coupling() const {
    const auto row = H_.begin() + k_ * capacity_;
    return {row, row + k_};
}

void arnoldi::restart(std::span<const double> Q, std::int64_t kept) {
    const std::vector<double> old_H = projected();
    const std::vector<double> old_b = coupling();
    const auto k = static_cast<std::size_t>(k_);
    const auto p = static_cast<std::size_t>(kept);
    std::vector<double> HQ(k * p, 0.0);
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j)
            for (std::size_t q = 0; q < p; ++q) HQ[i * p + q] += old_H[i * k + j] * Q[j * p + q];
    std::fill(H_.begin(), H_.end(), 0.0);
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t a = 0; a < p; ++a)
            for (std::size_t q = 0; q < p; ++q)
                H(static_cast<std::int64_t>(a), static_cast<std::int64_t>(q)) += Q[i * p + a] * HQ[i * p + q];
    for (std::size_t j = 0; j < k; ++j)
        for (std::size_t q = 0; q < p; ++q) H(kept, static_cast<std::int64_t>(q)) += old_b[j] * Q[j * p + q];

    V_.rotate(Q, k_, kept);
    k_ = kept;
}

void arnoldi::exchange(state_archive& s) {
    s(capacity_);
    s(k_);
    s(invariant_);
    V_.exchange(s);
    s(H_);
    constexpr std::int64_t most = std::int64_t{1} << 24;
    s.require(0 < capacity_ && capacity_ <= most && 0 <= k_ && k_ <= capacity_ &&
              H_.size() == static_cast<std::size_t>((capacity_ + 1) * capacity_) &&
              V_.size() == (invariant_ ? k_ : k_ + 1));
}

bool arnoldi::restart_dominant(std::int64_t wanted) {
    const invariant_subspace kept = dominant_subspace(projected(), k_, wanted);
    if (!kept.converged || kept.kept + 1 >= capacity_) return false;
    restart(kept.Q, kept.kept);
    return true;
}

}  // namespace rhochain
