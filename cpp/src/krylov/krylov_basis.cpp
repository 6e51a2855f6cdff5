#include <rhochain/kernels/panel_task.hpp>
#include <rhochain/kernels/partial_sums.hpp>
#include <rhochain/krylov/krylov_basis.hpp>
#include <rhochain/storage/row_pieces.hpp>

#include <algorithm>
#include <utility>

namespace rhochain {
namespace {

// A chunk of w stays in the first-level cache while every basis vector passes by.
constexpr std::int64_t chunk = 2048;

std::int64_t chunk_count(std::int64_t n) { return (n + chunk - 1) / chunk; }

// Threads for an operation on n x k numbers: below this size it takes less time than waking them.
int team_for(std::int64_t numbers, int threads) {
    constexpr std::int64_t worth_sharing = 1 << 17;
    return numbers < worth_sharing ? 1 : threads;
}

}  // namespace

vector_out krylov_basis::next() {
    next_.resize(static_cast<std::size_t>(n_));
    return next_;
}

void krylov_basis::append(double a) {
    if (a != 1.0) scale(a, next_, threads_);
    vectors_.push_back(std::exchange(next_, {}));
}

krylov_basis::projection::projection(const krylov_basis& V, std::int64_t count)
    : V_(&V), count_(count), partial_(static_cast<std::size_t>((count + 1) * panel_count(V.length()))) {}

void krylov_basis::projection::add(std::int64_t first, std::int64_t last, const double* panel) {
    const vector_in part(panel, static_cast<std::size_t>(last - first));
    double* sums = partial_.data() + first / panel_rows(V_->length()) * (count_ + 1);
    for (std::int64_t j = 0; j < count_; ++j)
        *sums++ = dot((*V_)[j].subspan(static_cast<std::size_t>(first), part.size()), part, 1);
    *sums = dot(part, part, 1);
}

std::vector<double> krylov_basis::projection::finish() const {
    std::vector<double> sums(static_cast<std::size_t>(count_) + 1, 0.0);
    add_in_order(V_->length(), panel_rows(V_->length()), partial_, sums);
    return sums;
}

double krylov_basis::subtract(std::span<const double> h, vector_out w) const {
    std::vector<double> squares(static_cast<std::size_t>(chunk_count(n_)));
    parallel_for(team_for(n_ * size(), threads_), chunk_count(n_), [&](std::int64_t c) {
        const auto begin = static_cast<std::size_t>(c * chunk);
        const auto count = static_cast<std::size_t>(std::min(n_, (c + 1) * chunk)) - begin;
        const vector_out part = w.subspan(begin, count);
        for (std::size_t j = 0; j < h.size(); ++j) axpy(-h[j], {vectors_[j].data() + begin, count}, part, 1);
        squares[static_cast<std::size_t>(c)] = dot(part, part, 1);
    });
    double squared = 0.0;
    add_in_order(n_, chunk, squares, {&squared, 1});
    return norm2(squared, w, threads_);
}

krylov_basis::projection krylov_basis::project(vector_in w) const {
    projection onto_V(*this, size());
    over_panels(n_, n_ * size(), team_for(n_ * size(), threads_),
                [&](std::int64_t first, std::int64_t last) { onto_V.add(first, last, w.data() + first); });
    return onto_V;
}

double krylov_basis::orthogonalise(vector_out w, std::span<double> h) const { return orthogonalise(w, project(w), h); }

double krylov_basis::orthogonalise(vector_out w, const projection& onto_V, std::span<double> h) const {
    // A second pass is needed only where the first cancels much of w (Daniel, Gragg, Kaufman & Stewart 1976).
    constexpr double cancellation = 0.7;
    std::vector<double> correction = onto_V.finish();
    const double before = norm2(correction.back(), w, threads_);
    correction.pop_back();
    for (std::size_t j = 0; j < correction.size(); ++j) h[j] += correction[j];
    const double norm = subtract(correction, w);
    if (norm > cancellation * before || vectors_.empty()) return norm;
    correction = project(w).finish();
    correction.pop_back();
    for (std::size_t j = 0; j < correction.size(); ++j) h[j] += correction[j];
    return subtract(correction, w);
}

void krylov_basis::add_overlaps(std::int64_t first, std::int64_t last, std::size_t k, double* sums) const {
    for (std::int64_t c = first; c < last; c += chunk) {
        const auto begin = static_cast<std::size_t>(c);
        const auto rows = static_cast<std::size_t>(std::min(last - c, chunk));
        double* sum = sums;
        for (std::size_t j = 1; j < k; ++j)
            for (std::size_t i = 0; i < j; ++i)
                *sum++ += dot({vectors_[i].data() + begin, rows}, {vectors_[j].data() + begin, rows}, 1);
    }
}

double krylov_basis::largest_overlap(std::int64_t count) const {
    // A group of pieces at a time: all of them would be many partial sums.
    constexpr std::int64_t group = 64;
    const auto k = static_cast<std::size_t>(count);
    const std::size_t pairs = k * (k - std::min<std::size_t>(k, 1)) / 2;
    const std::int64_t pieces = (n_ + least_piece - 1) / least_piece;
    std::vector<double> totals(pairs, 0.0), partial;
    for (std::int64_t first = 0; first < pieces; first += group) {
        const std::int64_t some = std::min(group, pieces - first);
        partial.assign(pairs * static_cast<std::size_t>(some), 0.0);
        parallel_for(team_for(n_ * count, threads_), some, [&](std::int64_t piece) {
            const std::int64_t begin = (first + piece) * least_piece;
            double* const sums = partial.data() + pairs * static_cast<std::size_t>(piece);
            add_overlaps(begin, std::min(n_, begin + least_piece), k, sums);
        });
        for (std::size_t p = 0; p < partial.size(); ++p) totals[p % pairs] += partial[p];
    }
    return max_abs(totals, 1);
}

void krylov_basis::combine(std::span<const double> c, vector_out out) const {
    fill(0.0, out, threads_);
    std::vector<double> negated(c.begin(), c.end());
    for (double& x : negated) x = -x;
    subtract(negated, out);
}

void krylov_basis::rotate(std::span<const double> Q, std::int64_t k, std::int64_t kept) {
    const auto p = static_cast<std::size_t>(kept);
    parallel_for(team_for(n_ * k, threads_), chunk_count(n_), [&](std::int64_t c) {
        const auto begin = static_cast<std::size_t>(c * chunk);
        const auto count = static_cast<std::size_t>(std::min(n_, (c + 1) * chunk)) - begin;
        std::vector<double> rotated(p * count, 0.0);
        for (std::size_t j = 0; j < static_cast<std::size_t>(k); ++j)
            for (std::size_t q = 0; q < p; ++q)
                axpy(Q[j * p + q], {vectors_[j].data() + begin, count}, {rotated.data() + q * count, count}, 1);
        for (std::size_t q = 0; q < p; ++q)
            std::copy_n(rotated.data() + q * count, count, vectors_[q].data() + begin);
    });
    vectors_.erase(vectors_.begin() + kept, vectors_.begin() + k);
}

}  // namespace rhochain
