#include "krylov/block_qr.hpp"

#include <rhochain/storage/scaled.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/gram.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace rhochain {
namespace {

class block_factorization {
public:
    block_factorization(block_out X, std::span<double> diagonal, const space& S, std::span<double> R)
        : X_(X), k_(static_cast<std::size_t>(X.columns())), S_(S), diagonal_(diagonal), R_(R), G_(k_ * k_) {
        std::fill(diagonal.begin(), diagonal.end(), 1.0);
        std::fill(R.begin(), R.end(), 0.0);
        for (std::size_t c = 0; c * k_ < R.size(); ++c) R[c * k_ + c] = 1.0;
    }

    double run() {
        // With pivots of at least 2^-44, relative to the square of their column, the first step makes Q orthonormal to
        // 2^-8 or better: the Gram matrix of the second step is I to that accuracy.
        if (!cholesky_step(0x1p-44) || !cholesky_step(0.5)) gram_schmidt();
        return least_;
    }

private:
    double& at(std::size_t a, std::size_t c) { return G_[a * k_ + c]; }

    // X <- X R^-1 with R^T R = X^T X. False, with X unchanged, if a pivot is below `least_pivot`. Zero columns count as
    // orthogonal to all others.
    bool cholesky_step(double least_pivot) {
        gram(X_, G_, S_);
        std::vector<int> scale(k_);
        std::vector<bool> zero(k_);
        for (std::size_t c = 0; c < k_; ++c) {
            zero[c] = at(c, c) == 0.0;
            scale[c] = binary_exponent(std::sqrt(at(c, c)));
        }
        for (std::size_t a = 0; a < k_; ++a) {
            for (std::size_t c = a; c < k_; ++c) at(a, c) = std::ldexp(at(a, c), -scale[a] - scale[c]);
            if (zero[a]) at(a, a) = 1.0;
        }
        std::vector<double> squares(k_);
        for (std::size_t c = 0; c < k_; ++c) squares[c] = at(c, c);
        if (!cholesky(G_, X_.columns())) return false;
        double least = 1.0;
        for (std::size_t c = 0; c < k_; ++c) least = std::min(least, at(c, c) * at(c, c) / squares[c]);
        if (!(least >= least_pivot)) return false;
        for (std::size_t a = 0; a < k_; ++a)
            for (std::size_t c = a; c < k_; ++c) at(a, c) = std::ldexp(at(a, c), scale[c]);
        divide_right(X_, G_, S_);
        for (std::size_t c = 0; c < k_; ++c) {
            if (zero[c]) at(c, c) = 0.0;
            diagonal_[c] *= at(c, c);
        }
        multiply_R();
        least_ *= std::sqrt(least);
        return true;
    }

    void gram_schmidt() {
        std::fill(G_.begin(), G_.end(), 0.0);
        for (std::size_t j = 0; j < k_; ++j) {
            const double before = std::sqrt(project_out(j));
            if (before == 0.0) {
                diagonal_[j] = 0.0;
                continue;
            }
            project_out(j);
            const double left = std::sqrt(multiply_columns(j));
            const bool lost = left < lost_fraction * before;
            scale_column(X_, static_cast<std::int64_t>(j), lost ? 0.0 : 1.0 / left);
            at(j, j) = lost ? 0.0 : left;
            diagonal_[j] *= at(j, j);
            if (!lost) least_ = std::min(least_, left / before);
        }
        multiply_R();
    }

    // R <- G R for the upper triangle of G, the factor that this step has divided X by.
    void multiply_R() {
        if (R_.empty()) return;
        for (std::size_t c = 0; c < k_; ++c)
            for (std::size_t a = 0; a <= c; ++a) {
                double sum = 0.0;
                for (std::size_t b = a; b <= c; ++b) sum += at(a, b) * R_[b * k_ + c];
                R_[a * k_ + c] = sum;
            }
    }

    // Subtracts from column j its part along the columns before it and adds the coefficients to column j of G. Returns
    // the square of its norm before.
    double project_out(std::size_t j) {
        const double square = multiply_columns(j);
        subtract_columns(X_, static_cast<std::int64_t>(j), products_, S_);
        for (std::size_t c = 0; c < j; ++c) at(c, j) += products_[c];
        return square;
    }

    // products_: those of column j with the columns before it. Returns its product with itself.
    double multiply_columns(std::size_t j) {
        products_.resize(j + 1);
        column_products(X_, static_cast<std::int64_t>(j), products_, S_);
        return products_[j];
    }

    block_out X_;
    std::size_t k_;
    const space& S_;
    std::span<double> diagonal_;
    std::span<double> R_;
    std::vector<double> G_;
    std::vector<double> products_;
    double least_ = 1.0;
};

}  // namespace

double orthonormalise(block_out X, std::span<double> diagonal, const space& S, std::span<double> R) {
    return block_factorization(X, diagonal, S, R).run();
}

}  // namespace rhochain
