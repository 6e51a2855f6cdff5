#include <rhochain/kernels/partial_sums.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/storage/row_panels.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace rhochain {
namespace {

// What is left of a vector below this part of the largest alpha is taken for rounding.
constexpr double rounding = 0x1p-48;

constexpr double semi_orthogonal = 0x1p-27;
// What the recurrence may say and still be off by.
constexpr double foretold_overlap = 0x1p-32;

}  // namespace

golub_kahan::golub_kahan(operator_ref A, vector_in start, int threads, orthogonality wanted)
    : A_(A),
      wanted_(wanted),
      V_(A.cols(), threads),
      p_(static_cast<std::size_t>(A.rows())),
      next_p_(static_cast<std::size_t>(A.rows())) {
    const double norm = norm2(start, threads);
    if (!(norm > 0.0)) throw std::invalid_argument("start: got the zero vector, expected a vector with a nonzero entry");
    copy_scaled(1.0 / norm, start, V_.next(), threads);
    V_.append(1.0);
    A_.apply(const_block(V_[0]), mutable_block(p_));
    alpha_.push_back(norm2(p_, threads));
    invariant_ = alpha_.back() == 0.0;
    if (!invariant_) scale(1.0 / alpha_.back(), p_, threads);
}

void golub_kahan::expand() {
    if (invariant()) return;
    const double largest = *std::max_element(alpha_.begin(), alpha_.end());
    const double beta = extend_right();
    if (!(beta > rounding * largest)) {
        invariant_ = true;
        return;
    }
    V_.append(1.0 / beta);
    beta_.push_back(beta);
    extend_left();
    if (!(alpha_.back() > rounding * largest)) {
        alpha_.back() = 0.0;
        invariant_ = true;
    }
}

double golub_kahan::extend_right() {
    const double alpha = alpha_.back();
    const vector_in v = V_[size() - 1];
    const vector_out z = V_.next();
    const bool full = wanted_ == orthogonality::full;
    // The recurrence first, panel by panel: what is then left to orthogonalise is small.
    krylov_basis::projection onto_V(V_, full ? size() : 0);
    const auto next_panel = [&](std::int64_t first, std::int64_t last, const double* image) {
        const double inverse = 1.0 / length_;
        for (std::int64_t i = first; i < last; ++i) {
            const auto at = static_cast<std::size_t>(i);
            z[at] = inverse * image[i - first] - alpha * v[at];
        }
        onto_V.add(first, last, z.data() + first);
    };
    if (image_is_there_)
        hand_on(const_block(vector_in(z)), V_.threads(), next_panel);
    else
        A_.apply_adjoint(entry_map::identity, const_block(p_), mutable_block(z), V_.threads(), next_panel);
    std::vector<double> h(static_cast<std::size_t>(size()), 0.0);
    if (full) return V_.orthogonalise(z, onto_V, h);
    const double norm = norm2(onto_V.finish().back(), z, V_.threads());
    if (overlaps_.to_next_right(alpha_, beta_, norm) <= foretold_overlap) {
        unwatched_ = size() + 1;
        return norm;
    }
    overlaps_.right_is_orthogonal();
    return V_.orthogonalise(z, h);
}

void golub_kahan::extend_left() {
    const double beta = beta_.back();
    // A v - beta u, up to a factor that keeps its entries near 1; its square a panel at a time.
    const double shift = std::ldexp(1.0, -std::clamp(binary_exponent(alpha_.back()), -1000, 1000));
    const double part = shift * beta / length_;
    std::vector<double> squares(static_cast<std::size_t>(panel_count(A_.rows())));
    const auto next_panel = [&](std::int64_t first, std::int64_t last, const double* image) {
        for (std::int64_t i = first; i < last; ++i) {
            const auto at = static_cast<std::size_t>(i);
            next_p_[at] = shift * image[i - first] - part * p_[at];
        }
        const auto begin = static_cast<std::size_t>(first);
        const vector_in panel = vector_in(next_p_).subspan(begin, static_cast<std::size_t>(last) - begin);
        squares[begin / static_cast<std::size_t>(panel_rows(A_.rows()))] = dot(panel, panel, 1);
    };
    const const_block v(V_[size()]);
    image_is_there_ = A_.one_sweep();
    if (image_is_there_)
        A_.apply_both(v, mutable_block(next_p_), mutable_block(V_.next()), V_.threads(), next_panel);
    else
        A_.apply(entry_map::identity, v, mutable_block(next_p_), V_.threads(), next_panel);
    std::swap(p_, next_p_);
    double squared = 0.0;
    add_in_order(A_.rows(), panel_rows(A_.rows()), squares, {&squared, 1});
    length_ = norm2(squared, p_, V_.threads());
    alpha_.push_back(length_ / shift);
    if (wanted_ == orthogonality::semi) overlaps_.to_next_left(alpha_, beta_);
}

bool golub_kahan::measured_orthogonal() const { return V_.largest_overlap(unwatched_) <= semi_orthogonal; }

double golub_kahan::neglected() const {
    return size() == A_.cols() ? 0.0 : rounding * *std::max_element(alpha_.begin(), alpha_.end());
}

}  // namespace rhochain
