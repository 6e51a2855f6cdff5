#include "kernels/solvers/real_schur.hpp"

#include "kernels/solvers/dense_kernels.hpp"
#include "kernels/solvers/hessenberg.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

struct rotation {
    double c, s;
};

class francis {
public:
    francis(real_schur_form& form, bool whole)
        : F_(form), kernels_(dense_sweeps_for()), n_(form.n), N_(form.stride), T_(form.T.data()), whole_(whole) {}

    [[nodiscard]] bool run() {
        const std::int64_t most_sweeps = 40 * n_ + 40;
        double norm = 0.0;
        for (std::int64_t i = 0; i < n_; ++i)
            for (std::int64_t j = std::max<std::int64_t>(0, i - 1); j < n_; ++j)
                norm = std::max(norm, std::abs(at(i, j)));
        least_ = norm * epsilon * std::numeric_limits<double>::epsilon();
        std::int64_t end = n_ - 1;
        std::int64_t tried = 0;
        for (std::int64_t sweeps = 0; end >= 0;) {
            const std::int64_t begin = block_begin(end);
            if (begin == end) {
                --end;
                tried = 0;
            } else if (begin == end - 1) {
                standardise(begin);
                end -= 2;
                tried = 0;
            } else {
                if (++sweeps > most_sweeps) return false;
                sweep(begin, end, ++tried);
            }
        }
        return true;
    }

private:
    double& at(std::int64_t i, std::int64_t j) { return T_[i * N_ + j]; }

    // The first index of the unreduced block that ends at `end`; the subdiagonal entry before it becomes 0.
    [[nodiscard]] std::int64_t block_begin(std::int64_t end) {
        std::int64_t k = end;
        for (; k > 0; --k) {
            const double size = std::abs(at(k - 1, k - 1)) + std::abs(at(k, k));
            if (std::abs(at(k, k - 1)) <= std::max(epsilon * size, least_)) {
                at(k, k - 1) = 0.0;
                break;
            }
        }
        return k;
    }

    // Rows i and i + 1 from column `from` on, columns i and i + 1 down to row i + 1, and U.
    void rotate(std::int64_t i, rotation g) {
        const std::int64_t last = whole_ ? n_ : i + 2;
        for (std::int64_t j = i; j < last; ++j) {
            const double a = at(i, j), b = at(i + 1, j);
            at(i, j) = g.c * a + g.s * b;
            at(i + 1, j) = g.c * b - g.s * a;
        }
        for (std::int64_t j = whole_ ? 0 : i; j <= i + 1; ++j) {
            const double a = at(j, i), b = at(j, i + 1);
            at(j, i) = g.c * a + g.s * b;
            at(j, i + 1) = g.c * b - g.s * a;
        }
        if (!whole_) return;
        double* u = F_.Ut.data() + i * N_;
        for (std::int64_t j = 0; j < N_; ++j) {
            const double a = u[j], b = u[j + N_];
            u[j] = g.c * a + g.s * b;
            u[j + N_] = g.c * b - g.s * a;
        }
    }

    // Makes the block at i triangular if its eigenvalues are real, otherwise its diagonal constant.
    void standardise(std::int64_t i) {
        const double a = at(i, i), b = at(i, i + 1), c = at(i + 1, i), d = at(i + 1, i + 1);
        const double half = 0.5 * (a - d);
        const double square = half * half + b * c;
        if (square >= 0.0) {
            const double z = half + std::copysign(std::sqrt(square), half);
            const double length = std::hypot(c, z);
            if (length > 0.0) rotate(i, {z / length, c / length});
            at(i + 1, i) = 0.0;
            return;
        }
        const double sum = b + c;
        const double size = std::hypot(sum, a - d);
        if (size > 0.0) {
            const double cosine = std::sqrt(0.5 * (1.0 + std::abs(sum) / size));
            rotate(i, {cosine, -std::copysign(half / (size * cosine), half * sum)});
        }
        at(i, i) = at(i + 1, i + 1) = 0.5 * (at(i, i) + at(i + 1, i + 1));
        // Rounding may turn a nearly double eigenvalue into two real ones.
        if (!(at(i, i + 1) * at(i + 1, i) < 0.0)) at(i + 1, i) = 0.0;
    }

    // The reflection that takes (p, q, r) to (alpha, 0, 0).
    static reflection make_reflection(double p, double q, double r, double& alpha) {
        const double scale = std::max({std::abs(p), std::abs(q), std::abs(r)});
        if (!(scale > 0.0) || (q == 0.0 && r == 0.0)) {
            alpha = p;
            return {0.0, 0.0, 0.0, 0.0, 0.0};
        }
        p /= scale, q /= scale, r /= scale;
        const double top = -std::copysign(std::sqrt(p * p + q * q + r * r), p);
        alpha = top * scale;
        const double v1 = q / (p - top), v2 = r / (p - top), tau = (top - p) / top;
        return {v1, v2, tau, tau * v1, tau * v2};
    }

    void sweep(std::int64_t begin, std::int64_t end, std::int64_t tried) {
        double x = at(end, end), y = at(end - 1, end - 1), w = at(end, end - 1) * at(end - 1, end);
        if (tried % 10 == 0) {
            const double s = std::abs(at(end, end - 1)) + std::abs(at(end - 1, end - 2));
            x = y = at(end, end) + 0.75 * s;
            w = -0.4375 * s * s;
        }
        // (T - x)(T - y) - w on the first unit vector, from the last place on where the block nearly falls apart.
        double p = 0.0, q = 0.0, r = 0.0;
        std::int64_t l = end - 2;
        for (;; --l) {
            const double z = at(l, l);
            const double rr = x - z, s = y - z;
            p = (rr * s - w) / at(l + 1, l) + at(l, l + 1);
            q = at(l + 1, l + 1) - z - rr - s;
            r = at(l + 2, l + 1);
            const double size = std::abs(p) + std::abs(q) + std::abs(r);
            p /= size, q /= size, r /= size;
            if (l == begin) break;
            const double left = std::abs(at(l, l - 1)) * (std::abs(q) + std::abs(r));
            if (left <= epsilon * std::abs(p) * (std::abs(at(l - 1, l - 1)) + std::abs(z) + std::abs(at(l + 1, l + 1))))
                break;
        }
        chase(l, begin, end, p, q, r);
    }

    void chase(std::int64_t l, std::int64_t begin, std::int64_t end, double p, double q, double r) {
        chain_.clear();
        const std::int64_t columns = whole_ ? N_ : std::min(N_, row_stride(end + 1));
        std::int64_t ready = std::min(columns, row_stride(l + 3));
        for (std::int64_t k = l; k < end; ++k) {
            while (ready < std::min(k + 3, end + 1)) {
                const std::int64_t width = std::min(panel, columns - ready);
                kernels_.reflect_rows(T_ + l * N_ + ready, N_, {chain_.data(), k - l, false}, width);
                ready += width;
            }
            const bool last = k == end - 1;
            if (k > l) {
                p = at(k, k - 1);
                q = at(k + 1, k - 1);
                r = last ? 0.0 : at(k + 2, k - 1);
            }
            double alpha = 0.0;
            const reflection h = make_reflection(p, q, r, alpha);
            if (k > l) {
                at(k, k - 1) = alpha;
                at(k + 1, k - 1) = 0.0;
                if (!last) at(k + 2, k - 1) = 0.0;
            } else if (l > begin) {
                at(l, l - 1) *= 1.0 - h.t0;
            }
            chain_.push_back(h);
            near_rows(k, last, h, ready);
            near_columns(k, last, h, std::min(k + 3, end));
        }
        finish(l, begin, end, ready, columns);
    }

    void near_rows(std::int64_t k, bool last, const reflection& h, std::int64_t ready) {
        double* __restrict a = T_ + k * N_, * __restrict b = a + N_, * __restrict c = last ? nullptr : b + N_;
        if (last) {
            for (std::int64_t j = k; j < ready; ++j) {
                const double s = a[j] + h.v1 * b[j];
                a[j] -= h.t0 * s;
                b[j] -= h.t1 * s;
            }
            return;
        }
        for (std::int64_t j = k; j < ready; ++j) {
            const double s = (a[j] + h.v1 * b[j]) + h.v2 * c[j];
            a[j] -= h.t0 * s;
            b[j] -= h.t1 * s;
            c[j] -= h.t2 * s;
        }
    }

    void near_columns(std::int64_t k, bool last, const reflection& h, std::int64_t to) {
        for (std::int64_t i = k; i <= to; ++i) reflect_in_row(i, k, last, h);
    }

    void reflect_in_row(std::int64_t i, std::int64_t k, bool last, const reflection& h) {
        double* t = T_ + i * N_ + k;
        if (last) {
            const double s = t[0] + h.v1 * t[1];
            t[0] -= h.t0 * s;
            t[1] -= h.t1 * s;
            return;
        }
        const double s = (t[0] + h.v1 * t[1]) + h.v2 * t[2];
        t[0] -= h.t0 * s;
        t[1] -= h.t1 * s;
        t[2] -= h.t2 * s;
    }

    // What chase() has left: columns behind `ready`, rows above each reflection, and U.
    void finish(std::int64_t l, std::int64_t begin, std::int64_t end, std::int64_t ready, std::int64_t columns) {
        const std::int64_t count = end - l;
        const reflection_chain chain{chain_.data(), count, true};
        if (ready < columns) kernels_.reflect_rows(T_ + l * N_ + ready, N_, chain, columns - ready);
        if (whole_) kernels_.reflect_rows(F_.Ut.data() + l * N_, N_, chain, N_);
        const std::int64_t top = whole_ ? 0 : begin / 8 * 8;
        const std::int64_t above = std::max(top, l / 8 * 8);
        if (above > top) kernels_.reflect_columns(T_ + top * N_ + l, N_, chain, above - top);
        for (std::int64_t i = above; i < end; i += panel) {
            const std::int64_t common = std::max(l, std::min(i + panel, end));
            // Row after row would wait for the reflection before; the rows do not depend on each other.
            for (std::int64_t k = std::max(l, i + 1); k < common; ++k)
                for (std::int64_t row = i; row < std::min(i + panel, k); ++row)
                    reflect_in_row(row, k, k == end - 1, chain_[static_cast<std::size_t>(k - l)]);
            if (common < end)
                kernels_.reflect_columns(T_ + i * N_ + common, N_, {chain_.data() + (common - l), end - common, true},
                                         std::min(panel, N_ - i));
        }
    }

    static constexpr std::int64_t panel = 16;

    real_schur_form& F_;
    dense_sweeps kernels_;
    std::int64_t n_;
    std::int64_t N_;
    double* T_;
    bool whole_;
    double least_ = 0.0;
    std::vector<reflection> chain_;
};

}  // namespace

real_schur_form real_schur(std::span<const double> A, std::int64_t n, bool with_vectors) {
    real_schur_form F;
    F.n = n;
    F.stride = row_stride(n);
    const auto size = static_cast<std::size_t>(F.stride * F.stride);
    F.T.assign(size, 0.0);
    for (std::int64_t i = 0; i < n; ++i) std::copy_n(A.begin() + i * n, n, F.T.begin() + i * F.stride);
    if (with_vectors) F.Ut.resize(size);
    reduce_to_hessenberg(F.T, with_vectors ? &F.Ut : nullptr, n);
    F.converged = francis(F, with_vectors).run();
    return F;
}

}  // namespace rhochain
