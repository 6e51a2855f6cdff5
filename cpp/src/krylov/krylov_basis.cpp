#include <rhochain/krylov/krylov_basis.hpp>
#include "kernels/vectors/state_archive.hpp"

#include <stdexcept>
#include <utility>

namespace rhochain {

vector_out krylov_basis::next() {
    if (next_.empty()) next_ = vector_block(S_);
    return next_;
}

void krylov_basis::append(double norm) {
    if (norm != 1.0) divide(norm, next_, S_);
    vectors_.push_back(std::exchange(next_, {}));
}

void krylov_basis::append_normalised(vector_in start) {
    const double norm = norm2(start, S_);
    if (!(norm > 0.0))
        throw std::invalid_argument("start: got the zero vector, expected a vector with a nonzero entry");
    copy(start, next(), S_);
    append(norm);
}

double krylov_basis::orthogonalise(vector_out w, std::span<double> h) const {
    return orthogonalise_once_known(w, project(first(size()), w, S_), h);
}

double krylov_basis::orthogonalise(vector_out w, const basis_projection& onto_V, std::span<double> h) const {
    return orthogonalise_once_known(w, onto_V.finish(), h);
}

double krylov_basis::orthogonalise_once_known(vector_out w, std::vector<double> correction, std::span<double> h) const {
    // A second pass is needed only where the first cancels much of w (Daniel, Gragg, Kaufman & Stewart 1976).
    constexpr double cancellation = 0.7;
    const std::vector<vector_in> V = first(size());
    const double before = norm2(correction.back(), w, S_);
    correction.pop_back();
    for (std::size_t j = 0; j < correction.size(); ++j) h[j] += correction[j];
    const double norm = subtract(V, correction, w, S_);
    if (norm > cancellation * before || V.empty()) return norm;
    correction = project(V, w, S_);
    correction.pop_back();
    for (std::size_t j = 0; j < correction.size(); ++j) h[j] += correction[j];
    return subtract(V, correction, w, S_);
}

void krylov_basis::combine(std::span<const double> c, vector_out out) const {
    fill(0.0, out, S_);
    std::vector<double> negated(c.begin(), c.end());
    for (double& x : negated) x = -x;
    subtract(first(static_cast<std::int64_t>(c.size())), negated, out, S_);
}

void krylov_basis::rotate(std::span<const double> Q, std::int64_t k, std::int64_t kept) {
    const std::vector<vector_out> V(vectors_.begin(), vectors_.begin() + k);
    rhochain::rotate(V, Q, kept, S_);
    vectors_.erase(vectors_.begin() + kept, vectors_.begin() + k);
}

bool krylov_basis::exchange(state_archive& s) {
    s.list(vectors_, {}, static_cast<std::size_t>(S_.size()) + 1, [&](vector_block& v) {
        if (s.reads()) v.reshape(S_);
        s(v, S_);
    });
    return s.resizable(next_, S_, 1);
}

}  // namespace rhochain
