#include <rhochain/krylov/golub_kahan.hpp>

#include <algorithm>
#include <stdexcept>

namespace rhochain {
namespace {

// What is left of a vector below this part of the largest alpha is taken for rounding.
constexpr double rounding = 0x1p-48;

}  // namespace

golub_kahan::golub_kahan(operator_ref A, vector_in start, int threads)
    : A_(A),
      V_(A.cols(), threads),
      u_(static_cast<std::size_t>(A.rows())),
      p_(static_cast<std::size_t>(A.rows())),
      z_(static_cast<std::size_t>(A.cols())) {
    const double norm = norm2(start, threads);
    if (!(norm > 0.0)) throw std::invalid_argument("start: got the zero vector, expected a vector with a nonzero entry");
    V_.append(1.0 / norm, start);
    A_.apply(const_block(V_[0]), mutable_block(u_));
    alpha_.push_back(norm2(u_, threads));
    invariant_ = alpha_.back() == 0.0;
    if (!invariant_) scale(1.0 / alpha_.back(), u_, threads);
}

void golub_kahan::expand() {
    if (invariant()) return;
    const int threads = V_.threads();
    A_.apply_adjoint(const_block(u_), mutable_block(z_));
    // The recurrence first: what is then left to orthogonalise is small.
    axpy(-alpha_.back(), V_[size() - 1], z_, threads);
    std::vector<double> h(static_cast<std::size_t>(size()), 0.0);
    const double beta = V_.orthogonalise(z_, h);
    const double largest = *std::max_element(alpha_.begin(), alpha_.end());
    if (!(beta > rounding * largest)) {
        invariant_ = true;
        return;
    }
    V_.append(1.0 / beta, z_);
    A_.apply(const_block(V_[size()]), mutable_block(p_));
    axpy(-beta, u_, p_, threads);
    std::swap(u_, p_);
    beta_.push_back(beta);
    alpha_.push_back(norm2(u_, threads));
    if (alpha_.back() > rounding * largest)
        scale(1.0 / alpha_.back(), u_, threads);
    else {
        alpha_.back() = 0.0;
        invariant_ = true;
    }
}

double golub_kahan::neglected() const {
    return size() == A_.cols() ? 0.0 : rounding * *std::max_element(alpha_.begin(), alpha_.end());
}

}  // namespace rhochain
