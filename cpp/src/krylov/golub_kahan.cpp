#include <rhochain/krylov/golub_kahan.hpp>

#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/panel_recurrence.hpp"
#include "kernels/vectors/state_archive.hpp"
#include "krylov/short_products.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

// A norm below this part of the largest alpha counts as rounding.
constexpr double rounding_part = 0x1p-48;

constexpr double semi_orthogonal = 0x1p-27;
// An estimated overlap above this requires reorthogonalisation: far below semi_orthogonal, as the estimate may be low.
constexpr double estimated_overlap = 0x1p-32;

}  // namespace

golub_kahan::golub_kahan(linear_map A, vector_in start, orthogonality wanted)
    : A_(std::move(A)), wanted_(wanted), V_(A_.domain()), p_(A_.range()), next_p_(A_.range()) {
    V_.append_normalised(start);
    A_.apply(V_[0], p_);
    alpha_.push_back(norm2(p_, A_.range()));
    require_long_products(A_, alpha_.back(), 1.0);
    invariant_ = alpha_.back() == 0.0;
    if (!invariant_) divide(alpha_.back(), p_, A_.range());
}

void golub_kahan::expand() {
    if (invariant()) return;
    const double largest = *std::max_element(alpha_.begin(), alpha_.end());
    const double beta = extend_right();
    if (!(beta > rounding_part * largest)) {
        invariant_ = true;
        return;
    }
    V_.append(beta);
    beta_.push_back(beta);
    extend_left();
    if (!(alpha_.back() > rounding_part * largest)) {
        alpha_.back() = 0.0;
        invariant_ = true;
    }
}

double golub_kahan::extend_right() {
    const double alpha = alpha_.back();
    const vector_in v = V_[size() - 1];
    const vector_out z = V_.next();
    const bool full = wanted_ == orthogonality::full;
    // The three-term recurrence first, panel by panel: orthogonalisation then subtracts little.
    basis_projection onto_V = V_.projection(full ? size() : 0);
    const auto project_panel = [&](std::int64_t first, std::int64_t last, panel_in rows) {
        onto_V.add(first, last, rows);
    };
    const panel_recurrence next_panel(z, 1.0 / length_, -alpha, v, project_panel);
    if (image_is_there_)
        hand_on(vector_in(z), A_.domain(), next_panel);
    else
        A_.apply_adjoint(entry_map::identity, p_, z, next_panel);
    std::vector<double> h(static_cast<std::size_t>(size()), 0.0);
    if (full) return V_.orthogonalise(z, onto_V, h);
    const double norm = norm2(onto_V.finish().back(), z, A_.domain());
    if (overlaps_.to_next_right(alpha_, beta_, norm) <= estimated_overlap) {
        unwatched_ = size() + 1;
        return norm;
    }
    overlaps_.right_is_orthogonal();
    return V_.orthogonalise(z, h);
}

void golub_kahan::extend_left() {
    const double beta = beta_.back();
    // A v - beta u, up to a factor that keeps its entries near 1, and its square, panel by panel.
    const double shift = std::ldexp(1.0, -std::clamp(binary_exponent(alpha_.back()), -1000, 1000));
    const double part = shift * beta / length_;
    basis_projection squares({}, A_.range());
    const auto square_panel = [&](std::int64_t first, std::int64_t last, panel_in rows) {
        squares.add(first, last, rows);
    };
    const panel_recurrence next_panel(next_p_, shift, -part, p_, square_panel);
    const vector_in v = V_[size()];
    image_is_there_ = A_.one_sweep();
    if (image_is_there_)
        A_.apply_both(v, next_p_, V_.next(), next_panel);
    else
        A_.apply(entry_map::identity, v, next_p_, next_panel);
    std::swap(p_, next_p_);
    length_ = norm2(squares.finish().back(), p_, A_.range());
    alpha_.push_back(length_ / shift);
    if (wanted_ == orthogonality::semi) overlaps_.to_next_left(alpha_, beta_);
}

void golub_kahan::exchange(state_archive& s) {
    overlaps_.exchange(s);
    s(unwatched_);
    const bool has_next = V_.exchange(s);
    s(p_, A_.range());
    s(length_);
    s(image_is_there_);
    s(alpha_);
    s(beta_);
    s(invariant_);
    const std::int64_t k = size();
    const bool recurs = wanted_ == orthogonality::semi && !invariant_;
    s.require(k > 0 && V_.size() == k && beta_.size() + 1 == alpha_.size() && (!recurs || overlaps_.fits(k)) &&
              0 <= unwatched_ && unwatched_ <= k && (!image_is_there_ || has_next));
}

bool golub_kahan::measured_orthogonal() const { return V_.largest_overlap(unwatched_) <= semi_orthogonal; }

double golub_kahan::neglected() const {
    return size() == A_.cols() ? 0.0 : rounding_part * *std::max_element(alpha_.begin(), alpha_.end());
}

}  // namespace rhochain
