#include "spectra/radius/eigenvalue_discs.hpp"

#include <rhochain/kernels/vectors/reductions.hpp>
#include "kernels/complex_elimination.hpp"
#include "kernels/small_dense.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace rhochain {
namespace {

using complex = std::complex<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double slightly_more = 1.0 + 0x1p-40;
// Products that underflow lose less, together.
constexpr double underflow = 0x1p-1000;

// At least |z|, and at most sqrt(2) times that.
double size(complex z) { return std::abs(z.real()) + std::abs(z.imag()); }

complex product(complex a, complex b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

class enclosure {
public:
    enclosure(std::span<const double> B, std::int64_t n)
        : B_(B), n_(static_cast<std::size_t>(n)), g_(rounding_gamma(2 * n + 8)), found_(eigen_decompose(B, n, true)) {}

    [[nodiscard]] bool converged() const { return found_.converged; }

    std::vector<enclosed_eigenvalue> run(bool exact) {
        std::vector<complex> identity(n_ * n_);
        for (std::size_t i = 0; i < n_; ++i) identity[i * n_ + i] = 1.0;
        inverse_ = solve_by_elimination(found_.vectors, std::move(identity), static_cast<std::int64_t>(n_));
        std::vector<enclosed_eigenvalue> result;
        const std::vector<double> residuals = column_residuals();
        for (std::size_t i = 0; i < n_; ++i)
            result.push_back({found_.values[i], infinity, residuals[i], row_length(i)});
        if (exact) write_radii(result);
        return result;
    }

private:
    [[nodiscard]] complex V(std::size_t i, std::size_t j) const { return found_.vectors[i * n_ + j]; }
    [[nodiscard]] complex Y(std::size_t i, std::size_t j) const { return inverse_[i * n_ + j]; }

    // ||y_i|| for the rows of Y, whose products with the unit columns of V are 1.
    [[nodiscard]] double row_length(std::size_t i) const {
        double squares = 0.0;
        for (std::size_t j = 0; j < n_; ++j) squares += std::norm(Y(i, j));
        return std::isfinite(squares) ? std::max(1.0, std::sqrt(squares)) : infinity;
    }

    // ||R e_j||; the bounds of |R| 1, rounding included, go into rests_.
    std::vector<double> column_residuals() {
        std::vector<double> squares(n_, 0.0);
        rests_.assign(n_, 0.0);
        std::vector<complex> row(n_);
        std::vector<double> terms(n_);
        for (std::size_t i = 0; i < n_; ++i) {
            std::fill(row.begin(), row.end(), 0.0);
            std::fill(terms.begin(), terms.end(), 0.0);
            for (std::size_t k = 0; k < n_; ++k) {
                const double b = B_[i * n_ + k];
                if (b == 0.0) continue;
                for (std::size_t j = 0; j < n_; ++j) {
                    row[j] += b * V(k, j);
                    terms[j] += std::abs(b) * size(V(k, j));
                }
            }
            for (std::size_t j = 0; j < n_; ++j) {
                row[j] -= product(found_.values[j], V(i, j));
                terms[j] += size(found_.values[j]) * size(V(i, j));
                squares[j] += std::norm(row[j]);
                rests_[i] += (size(row[j]) + g_ * terms[j]) * slightly_more + underflow;
            }
        }
        for (double& s : squares) s = std::sqrt(s);
        return squares;
    }

    void write_radii(std::vector<enclosed_eigenvalue>& result) const {
        std::vector<double> s(n_, 0.0), g(n_, 0.0);
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t k = 0; k < n_; ++k) s[i] += size(Y(i, k)) * rests_[k];
            for (std::size_t j = 0; j < n_; ++j) {
                complex rest = i == j ? 1.0 : 0.0;
                double terms = 1.0;
                for (std::size_t k = 0; k < n_; ++k) {
                    rest -= product(Y(i, k), V(k, j));
                    terms += size(Y(i, k)) * size(V(k, j));
                }
                g[i] += (size(rest) + g_ * terms) * slightly_more + underflow;
            }
        }
        const double norm = *std::max_element(g.begin(), g.end()) * slightly_more;
        const double most = *std::max_element(s.begin(), s.end());
        if (!(norm < 0.5) || !std::isfinite(most)) return;
        std::vector<double> r(n_);
        for (std::size_t i = 0; i < n_; ++i) r[i] = (s[i] + g[i] * most / (1.0 - norm)) * slightly_more + underflow;
        join(r, result);
    }

    // The radii of connected unions.
    void join(const std::vector<double>& r, std::vector<enclosed_eigenvalue>& result) const {
        std::vector<std::size_t> of(n_);
        std::iota(of.begin(), of.end(), std::size_t{0});
        const auto distance = [&](std::size_t i, std::size_t j) {
            return std::abs(found_.values[i] - found_.values[j]);
        };
        for (std::size_t i = 0; i < n_; ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (of[i] != of[j] && distance(i, j) <= (r[i] + r[j]) * slightly_more)
                    std::replace(of.begin(), of.end(), std::max(of[i], of[j]), std::min(of[i], of[j]));
        for (std::size_t i = 0; i < n_; ++i) {
            result[i].radius = r[i];
            for (std::size_t j = 0; j < n_; ++j)
                if (j != i && of[j] == of[i])
                    result[i].radius = std::max(result[i].radius, (distance(i, j) + r[j]) * slightly_more);
        }
    }

    std::span<const double> B_;
    std::size_t n_;
    double g_;
    eigen_decomposition found_;
    std::vector<complex> inverse_;
    std::vector<double> rests_;  // at least |R| 1
};

}  // namespace

std::vector<enclosed_eigenvalue> enclose_eigenvalues(std::span<const double> B, std::int64_t n, bool exact) {
    enclosure found(B, n);
    return found.converged() ? found.run(exact) : std::vector<enclosed_eigenvalue>{};
}

}  // namespace rhochain
