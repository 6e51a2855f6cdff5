#include "spectra/radius/shifted_solve.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rhochain {
namespace {

using coordinates = std::vector<std::complex<double>>;

constexpr std::int64_t restart_length = 60;
constexpr std::int64_t between_looks = 10;
constexpr double wanted_residual = 0x1p-44;

struct least_squares {
    coordinates y;
    double residual = 0.0;
    double length = 0.0;  // ||y||
};

// The y of the least || e_1 - (lambda I - H) y ||, H with the row of couplings below it: Givens rotations.
least_squares solve_hessenberg(const arnoldi& factorization, std::complex<double> lambda) {
    const auto k = static_cast<std::size_t>(factorization.size());
    const std::vector<double> H = factorization.projected();
    const std::vector<double> b = factorization.coupling();
    std::vector<coordinates> R(k + 1, coordinates(k));
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j) R[i][j] = (i == j ? lambda : 0.0) - H[i * k + j];
    for (std::size_t j = 0; j < k; ++j) R[k][j] = -b[j];
    coordinates g(k + 1);
    g[0] = 1.0;
    for (std::size_t j = 0; j < k; ++j) {
        const double length = std::hypot(std::abs(R[j][j]), std::abs(R[j + 1][j]));
        if (length == 0.0) continue;
        const std::complex<double> c = R[j][j] / length;
        const std::complex<double> s = R[j + 1][j] / length;
        for (std::size_t p = j; p <= k; ++p) {
            auto& above = p < k ? R[j][p] : g[j];
            auto& below = p < k ? R[j + 1][p] : g[j + 1];
            const std::complex<double> rotated = std::conj(c) * above + std::conj(s) * below;
            below = c * below - s * above;
            above = rotated;
        }
    }
    least_squares result{coordinates(k), std::abs(g[k]), 0.0};
    for (std::size_t j = k; j-- > 0;) {
        std::complex<double> sum = g[j];
        for (std::size_t p = j + 1; p < k; ++p) sum -= R[j][p] * result.y[p];
        result.y[j] = R[j][j] == 0.0 ? 0.0 : sum / R[j][j];
    }
    for (const auto& y : result.y) result.length = std::hypot(result.length, std::abs(y));
    return result;
}

class shifted_system {
public:
    shifted_system(const linear_map& A, std::complex<double> lambda, complex_in b, const SolverOptions& options,
                   Ledger& ledger)
        : A_(A), S_(A.domain()), lambda_(lambda), ledger_(ledger), part_(S_) {
        capacity_ = basis_capacity(options, A.cols(), restart_length);
        for (vector_block* v : {&b_re_, &b_im_, &x_re_, &x_im_, &r_re_, &r_im_}) v->reshape(S_);
        split(b, 0, b_re_, b_im_, S_);
        fill(0.0, x_re_, S_);
        fill(0.0, x_im_, S_);
        copy(b_re_, r_re_, S_);
        copy(b_im_, r_im_, S_);
    }

    complex_vector run() {
        constexpr double progress_wanted = 0.5;
        std::vector<double> residuals{length(r_re_, r_im_)};
        bool over = false;
        run_stage stage(ledger_, [&](state_archive& s) {
            s(x_re_, S_);
            s(x_im_, S_);
            s(over);
            if (over) return;
            s(r_re_, S_);
            s(r_im_, S_);
            s(residuals);
            s.require(!residuals.empty());
        });
        while (!stage.finished() && !over && !stage.exhausted()) {
            stage.mark();
            stage.hold();
            reduce(r_re_, 1.0);
            reduce(r_im_, {0.0, 1.0});
            write_residual();
            residuals.push_back(length(r_re_, r_im_));
            const std::size_t last = residuals.size() - 1;
            over = residuals[last] <= wanted_residual * std::abs(lambda_) * length(x_re_, x_im_) ||
                   (last >= 2 && !(residuals[last] <= progress_wanted * residuals[last - 2]));
            stage.release();
        }
        stage.close();
        complex_vector x(S_);
        set_real(x_re_, x, S_);
        set_imaginary(x_im_, x, S_);
        return x;
    }

private:
    [[nodiscard]] double length(vector_in a, vector_in b) const { return std::hypot(norm2(a, S_), norm2(b, S_)); }

    // x += unit z, z from the Krylov space of the real r, (lambda I - A) z near r.
    void reduce(vector_in r, std::complex<double> unit) {
        const double size = norm2(r, S_);
        if (!(size > 0.0)) return;
        arnoldi factorization(A_, r, capacity_);
        least_squares found;
        const double enough = 0.5 * wanted_residual * std::abs(lambda_);
        while (factorization.size() < capacity_ && !factorization.invariant() && !ledger_.exhausted()) {
            factorization.expand();
            ledger_.count();
            const std::int64_t k = factorization.size();
            if (k % between_looks != 0 && k < capacity_ && !factorization.invariant()) continue;
            found = solve_hessenberg(factorization, lambda_);
            if (found.residual * size <= enough * std::max(length(x_re_, x_im_), size * found.length)) break;
        }
        if (static_cast<std::int64_t>(found.y.size()) < factorization.size())
            found = solve_hessenberg(factorization, lambda_);
        std::vector<double> c(found.y.size());
        for (const bool imaginary : {false, true}) {
            for (std::size_t i = 0; i < c.size(); ++i) {
                const std::complex<double> z = size * unit * found.y[i];
                c[i] = imaginary ? z.imag() : z.real();
            }
            factorization.basis().combine(c, part_);
            axpy(1.0, part_, imaginary ? x_im_ : x_re_, S_);
        }
    }

    // r = b - lambda x + A x.
    void write_residual() {
        A_.apply(x_re_, r_re_);
        A_.apply(x_im_, r_im_);
        ledger_.count(2);
        subtract_multiple(lambda_, x_re_, x_im_, r_re_, r_im_, S_);
        axpy(1.0, b_re_, r_re_, S_);
        axpy(1.0, b_im_, r_im_, S_);
    }

    const linear_map& A_;
    space S_;
    std::complex<double> lambda_;
    Ledger& ledger_;
    std::int64_t capacity_ = 0;
    vector_block part_, b_re_, b_im_, x_re_, x_im_, r_re_, r_im_;
};

}  // namespace

complex_vector solve_shifted(const linear_map& A, std::complex<double> lambda, complex_in b,
                             const SolverOptions& options, Ledger& ledger) {
    return shifted_system(A, lambda, b, options, ledger).run();
}

}  // namespace rhochain
