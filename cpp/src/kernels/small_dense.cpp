#include "kernels/small_dense.hpp"
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/dense_kernels.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rhochain {
namespace {

void reflect_lines(const three_lines& lines) {
    static const auto reflect = dense_sweeps_for().reflect_three_lines;
    reflect(lines);
}

}  // namespace
}  // namespace rhochain

// The reflections of Eigen's QR iteration, most of its time, in one pass over the entries where Eigen makes four. They
// have its bits: an entry takes part in the same operations in the same order. Inline, so that a program with an Eigen
// of its own keeps its functions of these names.
namespace Eigen {

template <>
template <>
inline void MatrixBase<Block<MatrixXd>>::applyHouseholderOnTheLeft(const Vector2d& essential, const double& tau,
                                                                   double*) {
    if (tau == 0.0) return;
    const double e0 = essential[0], e1 = essential[1], t0 = tau * e0, t1 = tau * e1;
    double* at = derived().data();
    for (Index j = 0; j < cols(); ++j, at += derived().outerStride()) {
        const double s = (e0 * at[1] + e1 * at[2]) + at[0];
        at[0] -= tau * s;
        at[1] -= t0 * s;
        at[2] -= t1 * s;
    }
}

template <>
template <>
inline void MatrixBase<Block<MatrixXd>>::applyHouseholderOnTheRight(const Vector2d& essential, const double& tau,
                                                                    double*) {
    if (tau == 0.0) return;
    rhochain::reflect_lines({derived().data(), derived().outerStride(), rows(), essential[0], essential[1], tau});
}

}  // namespace Eigen

namespace rhochain {
namespace {

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Conjugates have moduli equal to the last bit, so the imaginary part decides between them.
bool comes_first(std::complex<double> a, std::complex<double> b) {
    const double ra = std::abs(a);
    const double rb = std::abs(b);
    return ra != rb ? ra > rb : a.imag() > b.imag();
}

// Orders the diagonal of the Schur form U T U^H by falling modulus. Swapping two neighbours a, b with coupling c is
// one rotation: the eigenvector of b in the 2 x 2 block is (c, b - a).
void sort_schur_form(Eigen::MatrixXcd& T, Eigen::MatrixXcd& U) {
    const Eigen::Index n = T.rows();
    for (Eigen::Index end = n; end > 1; --end)
        for (Eigen::Index k = 0; k + 1 < end; ++k) {
            if (!comes_first(T(k + 1, k + 1), T(k, k))) continue;
            Eigen::JacobiRotation<std::complex<double>> rotation;
            rotation.makeGivens(T(k, k + 1), T(k + 1, k + 1) - T(k, k));
            T.applyOnTheLeft(k, k + 1, rotation.adjoint());
            T.applyOnTheRight(k, k + 1, rotation);
            U.applyOnTheRight(k, k + 1, rotation);
        }
}

// B^T B of a bidiagonal B, tridiagonal, scaled by 4^-e. Its largest eigenvalue has full relative accuracy.
class normal_tridiagonal {
public:
    normal_tridiagonal(std::span<const double> alpha, std::span<const double> beta)
        : diagonal_(static_cast<Eigen::Index>(alpha.size())), off_(diagonal_.size() - 1) {
        double largest = 0.0;
        for (const double a : alpha) largest = std::max(largest, std::abs(a));
        for (const double b : beta.first(alpha.size() - 1)) largest = std::max(largest, std::abs(b));
        exponent_ = binary_exponent(largest);
        double previous = 0.0;
        for (Eigen::Index i = 0; i < diagonal_.size(); ++i) {
            const double a = std::ldexp(alpha[static_cast<std::size_t>(i)], -exponent_);
            diagonal_[i] = a * a + previous * previous;
            if (i == off_.size()) break;
            previous = std::ldexp(beta[static_cast<std::size_t>(i)], -exponent_);
            off_[i] = a * previous;
        }
    }

    [[nodiscard]] Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solve(int options) const {
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
        solver.computeFromTridiagonal(diagonal_, off_, options);
        return solver;
    }

    [[nodiscard]] double singular_value(double eigenvalue) const {
        return std::ldexp(std::sqrt(std::max(0.0, eigenvalue)), exponent_);
    }

private:
    Eigen::VectorXd diagonal_;
    Eigen::VectorXd off_;
    int exponent_ = 0;
};

Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solve_tridiagonal(std::span<const double> alpha,
                                                                 std::span<const double> beta, int options) {
    const auto k = static_cast<Eigen::Index>(alpha.size());
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(Eigen::Map<const Eigen::VectorXd>(alpha.data(), k),
                                  Eigen::Map<const Eigen::VectorXd>(beta.data(), k - 1), options);
    return solver;
}

}  // namespace

eigen_decomposition eigen_decompose(std::span<const double> A, std::int64_t n, bool with_vectors) {
    eigen_decomposition result;
    if (n == 0) return result;
    const Eigen::Map<const row_major> M(A.data(), n, n);
    const double largest = M.cwiseAbs().maxCoeff();
    const int e = binary_exponent(largest);
    const Eigen::MatrixXd scaled_M = M.unaryExpr([e](double w) { return std::ldexp(w, -e); });
    const Eigen::EigenSolver<Eigen::MatrixXd> solver(scaled_M, with_vectors);
    result.converged = solver.info() == Eigen::Success;
    if (!result.converged) return result;
    const auto size = static_cast<std::size_t>(n);
    std::vector<Eigen::Index> order(size);
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    const auto& values = solver.eigenvalues();
    std::stable_sort(order.begin(), order.end(),
                     [&](Eigen::Index a, Eigen::Index b) { return comes_first(values[a], values[b]); });
    for (const Eigen::Index k : order)
        result.values.emplace_back(std::ldexp(values[k].real(), e), std::ldexp(values[k].imag(), e));
    if (!with_vectors) return result;
    const Eigen::MatrixXcd vectors = solver.eigenvectors();
    result.converged = vectors.allFinite();
    result.vectors.resize(size * size);
    for (std::size_t k = 0; k < size; ++k)
        for (std::size_t i = 0; i < size; ++i)
            result.vectors[i * size + k] = vectors(static_cast<Eigen::Index>(i), order[k]);
    return result;
}

invariant_subspace dominant_subspace(std::span<const double> A, std::int64_t n, std::int64_t wanted) {
    invariant_subspace result;
    const Eigen::MatrixXcd M = Eigen::Map<const row_major>(A.data(), n, n).cast<std::complex<double>>();
    const Eigen::ComplexSchur<Eigen::MatrixXcd> schur(M);
    result.converged = schur.info() == Eigen::Success;
    if (!result.converged) return result;
    Eigen::MatrixXcd T = schur.matrixT();
    Eigen::MatrixXcd U = schur.matrixU();
    sort_schur_form(T, U);
    // A gap in modulus cannot part a complex pair, whose moduli differ by rounding alone.
    constexpr double rounding = 1e-10;
    const auto gap_after = [&](Eigen::Index k) {
        return std::abs(T(k - 1, k - 1)) - std::abs(T(k, k)) > rounding * std::abs(T(k - 1, k - 1));
    };
    result.kept = std::max<std::int64_t>(1, wanted);
    while (result.kept < n && !gap_after(result.kept)) ++result.kept;
    result.converged = result.kept < n;
    if (!result.converged) return result;
    // The subspace is closed under conjugation, so real and imaginary parts span it with rank `kept`.
    Eigen::MatrixXd parts(n, 2 * result.kept);
    parts << U.leftCols(result.kept).real(), U.leftCols(result.kept).imag();
    const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(parts);
    const row_major Q = qr.householderQ() * Eigen::MatrixXd::Identity(n, result.kept);
    result.Q.assign(Q.data(), Q.data() + Q.size());
    return result;
}

singular_pair largest_singular_pair(std::span<const double> alpha, std::span<const double> beta) {
    singular_pair result;
    if (alpha.empty()) return result;
    const normal_tridiagonal T(alpha, beta);
    const auto solver = T.solve(Eigen::ComputeEigenvectors);
    const Eigen::Index last = solver.eigenvalues().size() - 1;
    result.sigma = T.singular_value(solver.eigenvalues()[last]);
    const Eigen::VectorXd right = solver.eigenvectors().col(last);
    result.right.assign(right.data(), right.data() + right.size());
    return result;
}

std::vector<double> singular_values(std::span<const double> alpha, std::span<const double> beta) {
    std::vector<double> result;
    if (alpha.empty()) return result;
    const normal_tridiagonal T(alpha, beta);
    const Eigen::VectorXd squares = T.solve(Eigen::EigenvaluesOnly).eigenvalues().reverse();
    for (const double square : squares) result.push_back(T.singular_value(square));
    return result;
}

std::vector<double> tridiagonal_values(std::span<const double> alpha, std::span<const double> beta) {
    if (alpha.empty()) return {};
    const auto solver = solve_tridiagonal(alpha, beta, Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success) return {};
    return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

std::vector<double> top_tridiagonal_vector(std::span<const double> alpha, std::span<const double> beta) {
    if (alpha.empty()) return {};
    const auto solver = solve_tridiagonal(alpha, beta, Eigen::ComputeEigenvectors);
    if (solver.info() != Eigen::Success) return {};
    const auto top = solver.eigenvectors().col(static_cast<Eigen::Index>(alpha.size()) - 1);
    return {top.begin(), top.end()};
}

bool cholesky(std::span<double> A, std::int64_t n) {
    Eigen::Map<row_major> M(A.data(), n, n);
    const Eigen::LLT<Eigen::Ref<row_major>, Eigen::Upper> factorization(M);
    return factorization.info() == Eigen::Success;
}

}  // namespace rhochain
