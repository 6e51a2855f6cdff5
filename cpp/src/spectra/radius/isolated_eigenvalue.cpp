#include "spectra/radius/isolated_eigenvalue.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/vectors/random_streams.hpp"
#include "operators/adjoint_operator.hpp"
#include "spectra/norm/adjoint_check.hpp"
#include "spectra/radius/deflation.hpp"
#include "spectra/radius/small_matrix.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

// m = 1 or 2 orthonormal vectors and their images under A or A^T.
struct frame {
    std::vector<vector_block> vectors;
    std::vector<vector_block> images;

    [[nodiscard]] std::size_t size() const { return vectors.size(); }
};

class isolation {
public:
    isolation(const irreducible_block& block, const power_filter& powers, double step_error,
              const SolverOptions& options, Ledger& ledger)
        : block_(block),
          S_(block.domain()),
          left_block_(block.with_map(adjoint_operator(block.map()))),
          powers_(powers),
          step_error_(step_error),
          options_(options),
          ledger_(ledger),
          sums_(rounding_gamma(S_.sum_depth() + 8)) {}

    isolated_radius run() {
        isolated_radius result;
        power_filter left(left_block_, options_.seed, streams::isolated_left, options_.delta);
        if (!settle(left)) return result;
        right_ = frame_of(powers_, block_);
        left_ = frame_of(left, left_block_);
        if (right_.size() == 0 || left_.size() != right_.size()) return result;
        const deflated_eigenvalue e = deflate();
        if (!(e.coupling < infinity)) return result;
        if (!sweep(std::abs(e.mu))) return result;
        const double eps = isolation_radius(e, [this](double r) { return resolvent(r); });
        const double bound = (std::abs(e.mu) - eps) * (1.0 - 0x1p-50);
        if (!(bound > 0.0)) return result;
        result.lower = {bound, Grade::probable, options_.delta, "dominant eigenvalue isolated by deflation"};
        result.runner_up = runner_up_;
        return result;
    }

private:
    // Left powers until the remainder of their recurrence, of the same degree as that of the right ones, is small.
    bool settle(power_filter& left) {
        constexpr std::int64_t between_looks = 4;
        constexpr std::int64_t least = 8;
        constexpr double small = 1e-6;
        const std::int64_t most = powers_.steps() + 2 * least;
        bool settled = false;
        run_stage stage(ledger_, [&](state_archive& s) {
            left.exchange(s);
            s(settled);
        });
        while (!stage.finished() && !settled && left.steps() < most && !left.vanished() && !stage.exhausted()) {
            stage.mark();
            left.step();
            ledger_.count();
            if (left.steps() < least || left.steps() % between_looks != 0) continue;
            left.fit(powers_.recurrence().degree);
            settled = left.recurrence().relative() <= small;
        }
        stage.close();
        return settled;
    }

    // Orthonormal vectors that span those of the recurrence, or the one vector of its outer root where that is real and
    // far from the other one; and their products. Empty where they are parallel.
    frame frame_of(const power_filter& powers, const irreducible_block& block) {
        constexpr double apart = 0.7;
        const power_recurrence& p = powers.recurrence();
        const bool alone = p.degree == 2 && p.first.imag() == 0.0 && std::abs(p.second) < apart * p.modulus();
        frame f;
        for (int i = 0; i < (alone ? 1 : p.degree); ++i) {
            vector_block x(S_), image(S_);
            copy(powers.recurrence_vector(i), x, S_);
            if (alone) combine(1.0, powers.recurrence_vector(1), -p.second.real(), x, S_);
            scale(1.0 / norm2(x, S_), x, S_);
            constexpr int passes = 2;
            for (int pass = 0; pass < passes; ++pass) {
                for (const vector_block& other : f.vectors) axpy(-dot(other, x, S_), other, x, S_);
                const double length = norm2(x, S_);
                if (!(length > 0x1p-20)) return {};
                scale(1.0 / length, x, S_);
            }
            block.map().apply(x, image);
            ledger_.count();
            f.vectors.push_back(std::move(x));
            f.images.push_back(std::move(image));
        }
        return f;
    }

    // E_ij = a_i . b_j
    [[nodiscard]] small_matrix overlaps(const std::vector<vector_block>& a, const std::vector<vector_block>& b) const {
        small_matrix E;
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t j = 0; j < b.size(); ++j) E(i, j) = dot(a[i], b[j], S_);
        return E;
    }

    // The columns of `images` - `vectors` M, and their norm with all rounding.
    std::vector<vector_block> residuals(const frame& f, const small_matrix& M, double& norm) const {
        std::vector<vector_block> all;
        norm = 0.0;
        double sizes = 0.0;
        for (std::size_t j = 0; j < f.size(); ++j) {
            vector_block r(S_);
            copy(f.images[j], r, S_);
            for (std::size_t i = 0; i < f.size(); ++i) axpy(-M(i, j), f.vectors[i], r, S_);
            norm = std::hypot(norm, norm2(r, S_));
            sizes += norm2(f.images[j], S_) + 2.0 * M.norm();
            all.push_back(std::move(r));
        }
        norm = norm * (1.0 + sums_) + 2.0 * step_error_ + 0x1p-50 * sizes;
        return all;
    }

    // Sets K^-1; the numbers of the theorem with M = K^-1 Y^T A X and N = Y^T A^T Y.
    deflated_eigenvalue deflate() {
        const std::size_t m = right_.size();
        deflated_eigenvalue e;
        e.coupling = infinity;
        const small_matrix K = overlaps(left_.vectors, right_.vectors);
        inverse_ = inverse(K, m);
        const double inverse_norm = inverse_.norm() * 1.01;
        constexpr double most_oblique = 1e8;
        if (!(inverse_norm < most_oblique) || !(inverse_norm * sums_ < 1e-3)) return e;
        const small_matrix M = product(inverse_, overlaps(left_.vectors, right_.images));
        const small_matrix N = overlaps(left_.vectors, left_.images);
        double norm_r = 0.0, norm_s = 0.0;
        const std::vector<vector_block> R = residuals(right_, M, norm_r);
        residuals(left_, N, norm_s);
        e.shift = inverse_norm *
                  (overlaps(left_.vectors, R).norm() + 2.0 * (sums_ * norm_r + step_error_) + 0x1p-50 * M.norm());
        if (m == 1) {
            e.mu = M(0, 0);
        } else {
            const double half = 0.5 * (M(0, 0) + M(1, 1));
            const double apart = 0.5 * (M(0, 0) - M(1, 1));
            const double square = apart * apart + M(0, 1) * M(1, 0);
            const double root = std::sqrt(std::abs(square));
            if (square < 0.0)
                e.mu = {half, root};
            else
                e.mu = half + std::copysign(root, half);
            e.separation = 2.0 * root * (1.0 - 0x1p-40);
            e.gap = square < 0.0 ? 0.0 : 2.0 * std::min(root, std::abs(half)) * (1.0 + 0x1p-40);
            e.norm = std::max(M.norm(), std::abs(e.mu)) * (1.0 + 0x1p-40);
            // The computed mu is an eigenvalue of a matrix as close to M.
            e.shift += 0x1p-49 * e.norm;
        }
        // ||Q R|| <= ||R|| + ||X|| ||K^-1 Y^T R||
        e.coupling = inverse_norm * norm_s * (norm_r + 1.5 * e.shift);
        return e;
    }

    // v <- Q v
    void project_along(vector_out v) const {
        std::array<double, 2> y{};
        for (std::size_t i = 0; i < left_.size(); ++i) y[i] = dot(left_.vectors[i], v, S_);
        for (std::size_t i = 0; i < right_.size(); ++i)
            axpy(-(inverse_(i, 0) * y[0] + inverse_(i, 1) * y[1]), right_.vectors[i], v, S_);
    }

    // Fills the bounds c_j / theta^j until one shows that C^p is small. False where none does.
    bool sweep(double theta) {
        constexpr double small = 0.25;
        constexpr std::int64_t least = 16;
        const std::int64_t most = 2 * std::max(powers_.steps(), least);
        const double constant = std::sqrt(2.0 / std::numbers::pi) * static_cast<double>(most) / options_.delta;
        theta_ = theta;
        vector_block v(S_), next(S_);
        block_.draw(v, options_.seed, streams::isolated_rest);
        for (const vector_block& y : left_.vectors) axpy(-dot(y, v, S_), y, v, S_);
        const double start = norm2(v, S_);
        if (!(start > 0.0)) return false;
        scale(1.0 / start, v, S_);
        std::vector<double> logs{std::log(start)};  // ln(||C^j z|| / theta^j)
        bounds_ = {1.0};
        std::int64_t j = 1;
        bool decided = false, found = false;
        run_stage stage(ledger_, [&](state_archive& s) {
            s(decided);
            s(found);
            s.within(j, 1, most + 1);
            s(logs);
            s(bounds_);
            s.require(!logs.empty() && logs.size() == bounds_.size() &&
                      (decided || static_cast<std::int64_t>(logs.size()) == j));
            if (!decided) s(v, S_);
        });
        for (; !stage.finished() && !decided && j <= most && !stage.exhausted(); ++j) {
            stage.mark();
            block_.map().apply(v, next);
            ledger_.count();
            project_along(next);
            std::swap(v, next);
            const double length = norm2(v, S_);
            decided = !std::isfinite(length);
            if (decided) break;
            logs.push_back(logs.back() + std::log(length / theta));
            bounds_.push_back(constant * std::exp(logs.back()) * (1.0 + 0x1p-30));
            decided = found = bounds_.back() <= small * std::pow(1.0 - options_.rtol, static_cast<double>(j));
            if (decided) break;
            // Whether the rate of the last half would reach it in time.
            if (2 * j >= most && j % least == 0) {
                const double slope =
                    (logs.back() - logs[static_cast<std::size_t>(j / 2)]) / static_cast<double>(j - j / 2);
                decided = std::log(bounds_.back() / small) + slope * static_cast<double>(most - j) > 0.0;
                if (decided) break;
            }
            scale(1.0 / length, v, S_);
        }
        stage.close();
        if (found) write_runner_up(logs);
        return found;
    }

    void write_runner_up(const std::vector<double>& logs) {
        const std::size_t p = logs.size() - 1, from = p / 2;
        if (p > from && std::isfinite(logs[p]))
            runner_up_ = theta_ * std::exp((logs[p] - logs[from]) / static_cast<double>(p - from));
    }

    [[nodiscard]] double resolvent(double r) const {
        const double ratio = theta_ / r;
        double sum = 0.0, power = 1.0;
        for (std::size_t j = 0; j + 1 < bounds_.size(); ++j, power *= ratio) sum += bounds_[j] * power;
        const double rest = 1.0 - bounds_.back() * power;
        return rest > 0.0 ? sum / (r * rest) * (1.0 + 0x1p-30) : infinity;
    }

    irreducible_block block_;
    space S_;
    irreducible_block left_block_;
    const power_filter& powers_;
    double step_error_;
    const SolverOptions& options_;
    Ledger& ledger_;
    double sums_;
    frame right_, left_;
    small_matrix inverse_;  // K^-1
    double theta_ = 0.0;
    std::vector<double> bounds_;  // c_j / theta^j
    double runner_up_ = Bracket::unknown;
};

}  // namespace

isolated_radius isolate_radius(const irreducible_block& block, const power_filter& powers, double step_error,
                               const SolverOptions& options, Ledger& ledger) {
    const linear_map& A = block.map();
    if (!A.has_adjoint()) return {};
    if (!A.bounded()) ledger.count(2);
    if (!adjoint_agrees(A, options.seed)) return {};
    return isolation(block, powers, step_error, options, ledger).run();
}

}  // namespace rhochain
