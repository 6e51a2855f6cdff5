#include "kernels/solvers/hessenberg.hpp"

#include "kernels/solvers/dense_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace rhochain {
namespace {

// I - tau v v^T takes x to (alpha, 0, ..) on the rows from `first` on; v is 0 above.
struct householder {
    double alpha = 0.0;
    double tau = 0.0;
};

householder make_householder(const double* x, std::int64_t stride, std::int64_t first, std::int64_t n, double* v) {
    double rest = 0.0;
    for (std::int64_t i = first + 1; i < n; ++i) rest += x[i * stride] * x[i * stride];
    const double top = x[first * stride];
    if (rest == 0.0) return {top, 0.0};
    const double alpha = -std::copysign(std::sqrt(top * top + rest), top);
    v[first] = 1.0;
    for (std::int64_t i = first + 1; i < n; ++i) v[i] = x[i * stride] / (top - alpha);
    return {alpha, (alpha - top) / alpha};
}

}  // namespace

std::int64_t row_stride(std::int64_t n) { return (n + 7) / 8 * 8; }

void reduce_to_hessenberg(buffer<double>& A, buffer<double>* Ut, std::int64_t n) {
    const dense_sweeps kernels = dense_sweeps_for();
    const std::int64_t stride = row_stride(n);
    const auto size = static_cast<std::size_t>(stride);
    double* a = A.data();
    // The update that is pending: A - p y^T - x p^T.
    std::vector<double> p(size, 0.0), y(size, 0.0), x(size, 0.0), v(size, 0.0), w(size, 0.0), z(size, 0.0);
    std::vector<double> taus;
    buffer<double> all;
    if (Ut != nullptr) all.reserve(size * static_cast<std::size_t>(n));
    for (std::int64_t k = 0; k + 1 < n; ++k) {
        for (std::int64_t i = 0; i < n; ++i) {
            const auto row = static_cast<std::size_t>(i);
            a[i * stride + k] =
                (a[i * stride + k] - p[row] * y[static_cast<std::size_t>(k)]) - x[row] * p[static_cast<std::size_t>(k)];
        }
        std::fill(v.begin(), v.end(), 0.0);
        const householder h = make_householder(a + k, stride, k + 1, n, v.data());
        a[(k + 1) * stride + k] = h.alpha;
        for (std::int64_t i = k + 2; i < n; ++i) a[i * stride + k] = 0.0;
        // The pass may begin at columns that are finished.
        const std::int64_t first = (k + 1) / 8 * 8;
        std::vector<double> q = p;
        for (std::int64_t c = first; c <= k; ++c) y[static_cast<std::size_t>(c)] = q[static_cast<std::size_t>(c)] = 0.0;
        kernels.pass_two_sided(
            {a, stride, n, first, stride, p.data(), y.data(), x.data(), q.data(), v.data(), w.data(), z.data()});
        double along = 0.0;
        for (std::int64_t i = k + 1; i < n; ++i)
            along += v[static_cast<std::size_t>(i)] * w[static_cast<std::size_t>(i)];
        for (std::size_t i = 0; i < size; ++i) {
            x[i] = h.tau * w[i] - h.tau * h.tau * along * v[i];
            y[i] = h.tau * z[i];
        }
        p = v;
        taus.push_back(h.tau);
        if (Ut != nullptr) all.insert(all.end(), v.begin(), v.end());
    }
    // The last update concerns the last column alone, with tau = 0.
    if (Ut == nullptr) return;
    std::fill(Ut->begin(), Ut->end(), 0.0);
    for (std::int64_t i = 0; i < stride; ++i) (*Ut)[static_cast<std::size_t>(i * stride + i)] = 1.0;
    for (std::int64_t k = n - 2; k >= 0; --k) {
        const std::int64_t first = (k + 1) / 8 * 8;
        kernels.reflect_right(Ut->data() + (k + 1) * stride + first, stride, n - (k + 1), stride - first,
                              all.data() + k * stride + first, taus[static_cast<std::size_t>(k)]);
    }
}

}  // namespace rhochain
