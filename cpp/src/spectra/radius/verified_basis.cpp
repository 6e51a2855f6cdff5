#include "spectra/radius/verified_basis.hpp"

#include <rhochain/kernels/vectors/reductions.hpp>
#include "kernels/solvers/dense_kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>

namespace rhochain {
namespace {

// Sums of up to 4096 terms of one sign, and a few operations more.
constexpr double sums_up = 1.0 + 0x1p-40;
// More than squares, products and their sums lose by underflow.
constexpr double lost_in_norm = 0x1p-500;

using numbers = std::vector<double>;

numbers row_norms(const buffer<double>& M, std::int64_t n, std::int64_t stride) {
    numbers norms(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
        double sum = 0.0;
        for (std::int64_t j = 0; j < n; ++j) {
            const double x = M[static_cast<std::size_t>(i * stride + j)];
            sum += x * x;
        }
        norms[static_cast<std::size_t>(i)] = std::sqrt(sum) * sums_up + lost_in_norm;
    }
    return norms;
}

numbers column_norms(const buffer<double>& M, std::int64_t n, std::int64_t stride) {
    numbers sums(static_cast<std::size_t>(n), 0.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
            const double x = M[static_cast<std::size_t>(i * stride + j)];
            sums[static_cast<std::size_t>(j)] += x * x;
        }
    for (double& s : sums) s = std::sqrt(s) * sums_up + lost_in_norm;
    return sums;
}

}  // namespace

verified_basis::verified_basis(std::span<const double> A, double error, real_schur_form schur, double most)
    : A_(A), n_(schur.n), error_(error), form_(block_diagonalise(std::move(schur), most)) {
    failure_ = check();
}

// The norms of the theorem; why it does not hold, empty where it does.
std::string verified_basis::check() {
    if (!form_.finite) return "the eigenvectors are parallel within rounding";
    const std::int64_t N = form_.stride;
    y_ = row_norms(form_.Y, n_, N);
    x_ = column_norms(form_.X, n_, N);
    const double gamma = rounding_gamma(n_ + 2);
    buffer<double> P(form_.X.size());
    multiply(P, form_.Y, form_.X);
    double along = 0.0;
    for (std::size_t j = 0; j < size(); ++j) along += x_[j] * y_[j];
    const auto [least, most] = std::minmax_element(y_.begin(), y_.end());
    if (!(*most < 0x1p300 * *least)) return "the eigenvectors are parallel within rounding";
    double phi = 0.0;
    for (std::int64_t l = 0; l < n_; ++l) {
        double sum = 0.0;
        const double* row = P.data() + l * N;
        for (std::int64_t j = 0; j < n_; ++j)
            sum += std::abs((l == j ? 1.0 : 0.0) - row[j]) * y_[static_cast<std::size_t>(j)];
        phi = std::max(phi, (sum / y_[static_cast<std::size_t>(l)] + gamma * along) * sums_up);
    }
    phi += 0x1p-400;
    if (!(phi <= 0.5)) return "the eigenvectors are nearly parallel";
    z_ = y_;
    for (double& z : z_) z = z / (1.0 - phi) * sums_up;
    multiply(P, padded(), form_.X);
    bound_residuals(P);
    return {};
}

// eta of the theorem; P = A X as computed.
void verified_basis::bound_residuals(buffer<double>& P) {
    const std::int64_t N = form_.stride;
    double squares = 0.0;
    for (const double a : A_) squares += a * a;
    // A sum of n^2 terms.
    const double norm = std::sqrt(squares) * (1.0 + rounding_gamma(n_ * n_ + 4)) + lost_in_norm;
    // sum_k ||X_k|| |(D + N)_kj|, and the terms of an entry of column j.
    numbers subtracted(size(), 0.0);
    numbers terms(size(), 2.0);
    for (std::size_t j = 0; j < size(); ++j) {
        const std::complex<double> v = form_.values[j];
        const std::size_t other = v.imag() < 0.0 ? j - 1 : j + 1;
        subtracted[j] = std::abs(v.real()) * x_[j] + (v.imag() != 0.0 ? std::abs(v.imag()) * x_[other] : 0.0);
    }
    for (const coupling& c : form_.N) {
        subtracted[static_cast<std::size_t>(c.column)] += std::abs(c.value) * x_[static_cast<std::size_t>(c.row)];
        terms[static_cast<std::size_t>(c.column)] += 1.0;
    }
    for (std::int64_t i = 0; i < n_; ++i) {
        const double* x = form_.X.data() + i * N;
        double* p = P.data() + i * N;
        for (std::size_t j = 0; j < size(); ++j) {
            const std::complex<double> v = form_.values[j];
            p[j] -= x[j] * v.real();
            // X D: D = [[a, b], [-b, a]].
            if (v.imag() < 0.0) p[j] += x[j - 1] * v.imag();
            if (v.imag() > 0.0) p[j] += x[j + 1] * v.imag();
        }
        for (const coupling& c : form_.N) p[c.column] -= x[c.row] * c.value;
    }
    eta_ = column_norms(P, n_, N);
    for (std::size_t j = 0; j < size(); ++j) {
        const double product = rounding_gamma(n_ + 2) * norm * x_[j];
        const auto depth = static_cast<std::int64_t>(terms[j]) + 2;
        const double others = rounding_gamma(depth) * (1.001 * norm * x_[j] + subtracted[j]);
        eta_[j] = (eta_[j] + (product + others + error_ * x_[j])) * sums_up + lost_in_norm;
    }
}

buffer<double> verified_basis::padded() const {
    const std::int64_t N = form_.stride;
    buffer<double> B(form_.X.size());
    std::fill(B.begin(), B.end(), 0.0);
    for (std::int64_t i = 0; i < n_; ++i) std::copy_n(A_.begin() + i * n_, n_, B.begin() + i * N);
    return B;
}

void verified_basis::multiply(buffer<double>& C, const buffer<double>& A, const buffer<double>& B) const {
    const std::int64_t N = form_.stride;
    dense_sweeps_for().multiply({C.data(), A.data(), B.data(), N, N, N, n_, n_, N});
}

std::vector<std::vector<double>> verified_basis::radii(inner_discs inner) const {
    constexpr std::array fractions{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7};
    const double share = inner == inner_discs::narrow ? 0.0 : 0.25;
    double top = 0.0;
    for (const auto& v : form_.values) top = std::max(top, std::abs(v));
    std::vector<numbers> sets;
    for (const double fraction : fractions) {
        sets.push_back(radii_for(weights(top, share, fraction)));
        if (form_.N.empty()) break;
    }
    return sets;
}

std::vector<double> verified_basis::weights(double top, double share, double fraction) const {
    numbers w(size());
    for (std::size_t j = 0; j < size(); ++j) w[j] = 1.0 / x_[j];
    std::vector<numbers> entries(form_.N.empty() ? 0 : size());
    std::vector<std::vector<std::size_t>> columns(entries.size());
    for (const coupling& c : form_.N) {
        entries[static_cast<std::size_t>(c.row)].push_back(std::abs(c.value));
        columns[static_cast<std::size_t>(c.row)].push_back(static_cast<std::size_t>(c.column));
    }
    for (std::size_t j = size(); j-- > 0;) {
        if (!entries.empty()) {
            const double distance = std::max(share * (top - std::abs(form_.values[j])), fraction * top);
            double sum = 0.0;
            for (std::size_t p = 0; p < columns[j].size(); ++p) sum += entries[j][p] * w[columns[j][p]];
            w[j] = std::max(w[j], sum / distance);
        }
        if (form_.values[j].imag() > 0.0) w[j] = w[j + 1] = std::max(w[j], w[j + 1]);
    }
    return w;
}

std::vector<double> verified_basis::radii_for(const numbers& w) const {
    double sum = 0.0;
    for (std::size_t j = 0; j < size(); ++j) sum += eta_[j] * w[j];
    numbers s(size());
    for (std::size_t l = 0; l < size(); ++l) s[l] = z_[l] * sum * sums_up;
    for (const coupling& c : form_.N)
        s[static_cast<std::size_t>(c.row)] += std::abs(c.value) * w[static_cast<std::size_t>(c.column)];
    for (std::size_t l = 0; l < size(); ++l) s[l] = s[l] / w[l] * sums_up;
    for (std::size_t l = 0; l + 1 < size(); ++l)
        if (form_.values[l].imag() > 0.0) s[l] = s[l + 1] = std::hypot(s[l], s[l + 1]) * sums_up;
    return s;
}

}  // namespace rhochain
