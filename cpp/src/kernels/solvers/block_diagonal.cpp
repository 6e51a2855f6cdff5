#include "kernels/solvers/block_diagonal.hpp"

#include "kernels/solvers/dense_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace rhochain {
namespace {

using complex = std::complex<double>;

class eigenbasis {
public:
    eigenbasis(real_schur_form schur, double most)
        : schur_(std::move(schur)), n_(schur_.n), N_(schur_.stride), most_(most), kernels_(dense_sweeps_for()) {}

    [[nodiscard]] block_diagonal_form run() {
        const auto size = static_cast<std::size_t>(N_ * N_);
        values_.resize(static_cast<std::size_t>(n_));
        scale_.assign(static_cast<std::size_t>(n_), 1.0);
        make_pairs_normal();
        V_.assign(size, 0.0);
        inverse_.assign(size, 0.0);
        first_.resize(size);
        second_.resize(size);
        rows_.resize(static_cast<std::size_t>(n_));
        columns_.resize(static_cast<std::size_t>(n_));
        solve(0, n_);
        return result();
    }

private:
    [[nodiscard]] double& T(std::int64_t i, std::int64_t j) { return schur_.T[static_cast<std::size_t>(i * N_ + j)]; }
    [[nodiscard]] const complex& value(std::int64_t i) const { return values_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t width(std::int64_t i) const { return value(i).imag() != 0.0 ? 2 : 1; }
    [[nodiscard]] bool starts(std::int64_t i) const { return i == 0 || !second_of_pair_[static_cast<std::size_t>(i)]; }

    // S^-1 T S with a diagonal S has normal 2 x 2 blocks.
    void make_pairs_normal() {
        second_of_pair_.assign(static_cast<std::size_t>(n_), false);
        for (std::int64_t i = 0; i < n_; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (i + 1 == n_ || T(i + 1, i) == 0.0) {
                values_[at] = T(i, i);
                continue;
            }
            const double s = std::copysign(std::sqrt(std::abs(T(i + 1, i) / T(i, i + 1))), T(i, i + 1));
            for (std::int64_t k = 0; k < n_; ++k) T(k, i + 1) *= s;
            for (std::int64_t k = i; k < n_; ++k) T(i + 1, k) /= s;
            scale_[at + 1] = s;
            values_[at] = {T(i, i), T(i, i + 1)};
            values_[at + 1] = std::conj(values_[at]);
            second_of_pair_[at + 1] = true;
            ++i;
        }
    }

    void solve(std::int64_t begin, std::int64_t end) {
        if (begin + width(begin) == end) {
            for (std::int64_t i = begin; i < end; ++i)
                V_[static_cast<std::size_t>(i * N_ + i)] = inverse_[static_cast<std::size_t>(i * N_ + i)] = 1.0;
            return;
        }
        std::int64_t middle = begin + (end - begin) / 2;
        if (!starts(middle)) ++middle;
        if (middle == end) middle -= 2;
        solve(begin, middle);
        solve(middle, end);
        const std::int64_t m = middle - begin, k = end - middle;
        const std::int64_t corner = begin * N_ + middle;
        double* V2 = V_.data() + middle * N_ + middle;
        kernels_.multiply({first_.data(), schur_.T.data() + corner, V2, k, N_, N_, m, k, k});
        kernels_.multiply({second_.data(), inverse_.data() + begin * N_ + begin, first_.data(), k, N_, k, m, m, k});
        decouple(begin, middle, end);
        kernels_.multiply({V_.data() + corner, V_.data() + begin * N_ + begin, second_.data(), N_, N_, k, m, m, k});
        const std::int64_t count = m * k;
        for (std::int64_t p = 0; p < count; ++p) second_[static_cast<std::size_t>(p)] *= -1.0;
        kernels_.multiply(
            {inverse_.data() + corner, second_.data(), inverse_.data() + middle * N_ + middle, N_, k, N_, m, k, k});
    }

    // Replaces C by G, from the last row on, which with N is the order in which the equations follow from each other.
    void decouple(std::int64_t begin, std::int64_t middle, std::int64_t end) {
        const std::int64_t k = end - middle;
        const auto G = [&](std::int64_t i, std::int64_t j) -> double& {
            return second_[static_cast<std::size_t>((i - begin) * k + (j - middle))];
        };
        for (std::int64_t i = middle - 1; i >= begin; --i) {
            if (!starts(i)) continue;
            const std::int64_t rows = width(i);
            for (std::int64_t j = middle; j < end; j += width(j)) {
                const std::int64_t columns = width(j);
                double c[2][2] = {};
                for (std::int64_t r = 0; r < rows; ++r)
                    for (std::int64_t s = 0; s < columns; ++s) {
                        double& sum = c[r][s];
                        sum = -G(i + r, j + s);
                        for (const auto& [at, x] : rows_[static_cast<std::size_t>(i + r)])
                            if (at < middle) sum -= x * G(at, j + s);
                        for (const auto& [at, x] : columns_[static_cast<std::size_t>(j + s)])
                            if (at >= middle) sum += G(i + r, at) * x;
                    }
                const bool small = solve_pair(i, j, c);
                for (std::int64_t r = 0; r < rows; ++r)
                    for (std::int64_t s = 0; s < columns; ++s) {
                        G(i + r, j + s) = small ? c[r][s] : 0.0;
                        if (!small && c[r][s] != 0.0) pending_.push_back({i + r, j + s, -c[r][s]});
                    }
            }
        }
        for (const coupling& p : pending_) {
            rows_[static_cast<std::size_t>(p.row)].emplace_back(p.column, p.value);
            columns_[static_cast<std::size_t>(p.column)].emplace_back(p.row, p.value);
            couplings_.push_back(p);
        }
        pending_.clear();
    }

    // D_i g - g D_j = c for the blocks of D at i and j. False, with c as it was, where g exceeds the limit.
    [[nodiscard]] bool solve_pair(std::int64_t i, std::int64_t j, double (&c)[2][2]) const {
        const complex a = value(i), b = value(j);
        if (width(i) == 1 && width(j) == 1) {
            const double g = c[0][0] / (a.real() - b.real());
            if (!(std::abs(g) <= most_)) return false;
            c[0][0] = g;
            return true;
        }
        if (width(i) == 2 && width(j) == 2) {
            // The part that commutes with [[0, 1], [-1, 0]], and the one that changes its sign.
            const complex p = complex{0.5 * (c[0][0] + c[1][1]), 0.5 * (c[0][1] - c[1][0])} / (a - b);
            const complex q = complex{0.5 * (c[0][0] - c[1][1]), 0.5 * (c[0][1] + c[1][0])} / (std::conj(a) - b);
            if (!is_small(p, q)) return false;
            c[0][0] = p.real() + q.real();
            c[1][1] = p.real() - q.real();
            c[0][1] = p.imag() + q.imag();
            c[1][0] = q.imag() - p.imag();
            return true;
        }
        double& other = width(i) == 2 ? c[1][0] : c[0][1];
        const complex divisor = width(i) == 2 ? std::conj(a) - b : a - b;
        const complex g = complex{c[0][0], other} / divisor;
        if (!is_small(g, 0.0)) return false;
        c[0][0] = g.real();
        other = g.imag();
        return true;
    }

    // |p| + |q| <= most, mostly without a root.
    [[nodiscard]] bool is_small(complex p, complex q) const {
        const double sum = std::abs(p.real()) + std::abs(p.imag()) + std::abs(q.real()) + std::abs(q.imag());
        return sum <= 0.5 * most_ || std::abs(p) + std::abs(q) <= most_;
    }

    [[nodiscard]] block_diagonal_form result() {
        block_diagonal_form B;
        B.n = n_;
        B.stride = N_;
        B.X.resize(V_.size());
        B.Y.resize(V_.size());
        std::fill(first_.begin(), first_.end(), 0.0);
        for (std::int64_t i = 0; i < n_; ++i) {
            const double s = scale_[static_cast<std::size_t>(i)];
            for (std::int64_t k = 0; k < n_; ++k) {
                double& u = schur_.Ut[static_cast<std::size_t>(i * N_ + k)];
                first_[static_cast<std::size_t>(k * N_ + i)] = u * s;
                u /= s;
            }
        }
        kernels_.multiply({B.X.data(), first_.data(), V_.data(), N_, N_, N_, N_, n_, N_});
        kernels_.multiply({B.Y.data(), inverse_.data(), schur_.Ut.data(), N_, N_, N_, N_, n_, N_});
        B.finite = std::all_of(B.X.begin(), B.X.end(), [](double x) { return std::isfinite(x); }) &&
                   std::all_of(B.Y.begin(), B.Y.end(), [](double y) { return std::isfinite(y); });
        B.values = std::move(values_);
        B.N = std::move(couplings_);
        std::stable_sort(B.N.begin(), B.N.end(), [](const auto& a, const auto& b) { return a.column < b.column; });
        return B;
    }

    using neighbours = std::vector<std::pair<std::int64_t, double>>;

    real_schur_form schur_;
    std::int64_t n_;
    std::int64_t N_;
    double most_;
    dense_sweeps kernels_;
    std::vector<complex> values_;
    std::vector<bool> second_of_pair_;
    std::vector<double> scale_;  // the diagonal of S
    buffer<double> V_, inverse_, first_, second_;
    std::vector<neighbours> rows_, columns_;  // N
    std::vector<coupling> couplings_, pending_;
};

}  // namespace

block_diagonal_form block_diagonalise(real_schur_form schur, double most) {
    return eigenbasis(std::move(schur), most).run();
}

}  // namespace rhochain
