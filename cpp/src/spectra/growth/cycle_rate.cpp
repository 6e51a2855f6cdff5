#include "spectra/growth/cycle_rate.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/vectors/block_ops.hpp"
#include "kernels/vectors/column_norms.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/norm/lanczos_bound.hpp"
#include "spectra/radius/deflation.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

// Q A P over mu_0 .. mu_{p-1}, as a model of a linear map.
class deflated_cycle {
public:
    deflated_cycle(const slope_jacobian& J, const slope_rows& cycle, vector_in x, vector_in y,
                   const std::vector<double>& mu)
        : J_(J), cycle_(cycle), x_(x), y_(y), mu_(mu), k_(dot(y, x, J.domain())), yy_(dot(y, y, J.domain())) {}

    [[nodiscard]] std::int64_t rows() const { return J_.map().rows(); }
    [[nodiscard]] std::int64_t cols() const { return J_.map().cols(); }
    [[nodiscard]] space domain() const { return J_.domain(); }
    [[nodiscard]] space range() const { return J_.domain(); }

    void apply(block_in X, block_out Y) const {
        const space& S = domain();
        vector_block v(S), w(S);
        copy(X.flat(), v, S);
        axpy(-dot(y_, v, S) / yy_, y_, v, S);
        for (std::size_t k = 0; k < cycle_.size(); ++k) {
            J_.forward(cycle_[k], v, w);
            scale(1.0 / mu_[k], w, S);
            std::swap(v, w);
        }
        axpy(-dot(y_, v, S) / k_, x_, v, S);
        copy(v, Y.flat(), S);
    }
    void apply_adjoint(block_in X, block_out Y) const {
        const space& S = domain();
        vector_block v(S), w(S);
        copy(X.flat(), v, S);
        axpy(-dot(x_, v, S) / k_, y_, v, S);
        for (std::size_t k = cycle_.size(); k-- > 0;) {
            J_.backward(cycle_[k], v, w);
            scale(1.0 / mu_[k], w, S);
            std::swap(v, w);
        }
        axpy(-dot(y_, v, S) / yy_, y_, v, S);
        copy(v, Y.flat(), S);
    }

private:
    const slope_jacobian& J_;
    const slope_rows& cycle_;
    vector_in x_;
    vector_in y_;
    const std::vector<double>& mu_;
    double k_;
    double yy_;
};

// The chain of unit vectors from x, forwards or backwards, and the norms divided by.
struct unit_chain {
    vector_block last;
    std::vector<double> norms;  // by the index of the Jacobian
    double log = 0.0;           // of their product; -inf if one is 0, or where the run is cut short
};

class cycle_certificate {
public:
    cycle_certificate(const slope_jacobian& J, const slope_rows& cycle, const cycle_vectors& vectors, double magnitude,
                      double delta, std::uint64_t seed, Ledger& ledger)
        : J_(J), cycle_(cycle), x_(vectors.x), y_(vectors.y), delta_(delta), seed_(seed), ledger_(ledger) {
        const linear_map& W = J.map();
        const std::int64_t terms = W.bounded() ? std::max(W.row_terms(), W.column_terms()) : 2 * W.domain().sum_depth();
        const double slope = std::max(std::abs(J.slopes().lo), std::abs(J.slopes().hi));
        local_ = rounding_gamma(terms + 8) * ((1.0 - J.slopes().leak) + J.largest_leak() * slope * magnitude) *
                 (1.0 + 0x1p-20);
    }

    // Of the rate; 0 and infinity if the theorem does not apply.
    struct ends {
        double lowest = 0.0;
        double highest = infinity;
    };
    ends rates() {
        const space& S = J_.domain();
        const double sums = rounding_gamma(S.sum_depth() + 8);
        const unit_chain right = chain(x_, true), left = chain(y_, false);
        if (!std::isfinite(right.log) || !std::isfinite(left.log)) return {};
        const double error_r = forward_error(right), error_s = backward_error(right, left);
        if (!std::isfinite(error_r) || !std::isfinite(error_s)) return {};
        const double k = dot(y_, x_, S), ratio = std::exp(left.log - right.log);
        const double theta = dot(y_, right.last, S) / k;
        vector_block r = right.last, s = left.last;
        axpy(-theta, x_, r, S);
        combine(-theta, y_, ratio, s, S);
        const double least_k = std::abs(k) - sums;
        if (!(least_k > 0.0)) return {};
        constexpr double few_roundings = 0x1p-50;
        const double norm_r = norm2(r, S) * (1.0 + sums) + few_roundings * (1.0 + std::abs(theta)) + error_r;
        const double norm_s = norm2(s, S) * (1.0 + sums) + few_roundings * (ratio + std::abs(theta)) + error_s;
        const double shift =
            (std::abs(dot(y_, r, S)) + sums * norm_r + few_roundings * (1.0 + std::abs(theta)) + error_r) / least_k;
        const double t = std::abs(theta);
        const double rest = remainder_norm(right.norms, 0.5 * t);
        // ||Q r|| <= ||r|| + |y^T r| / |k|
        const double q = (norm_r + shift) * norm_s / least_k;
        const deflated_eigenvalue e{.mu = theta, .shift = shift, .coupling = q};
        const double eps = isolation_radius(
            e, [rest](double least) { return least > rest ? (1.0 + 0x1p-50) / (least - rest) : infinity; });
        if (!(eps < t)) return {};
        // Each logarithm, and each of their partial sums, rounds once.
        const auto p = static_cast<double>(cycle_.size());
        double magnitudes = std::abs(std::log(t - eps)) + std::abs(std::log(t + eps));
        for (const double norm : right.norms) magnitudes += std::abs(std::log(norm));
        const double rounding = (p + 4.0) / p * magnitudes * 0x1p-52 + 0x1p-44;
        return {std::exp((right.log + std::log(t - eps)) / p) * (1.0 - rounding),
                std::exp((right.log + std::log(t + eps)) / p) * (1.0 + rounding)};
    }

private:
    static constexpr std::int64_t columns = 4;

    unit_chain chain(vector_in start, bool forwards) {
        const space& S = J_.domain();
        const std::size_t p = cycle_.size();
        unit_chain c{vector_block(S), std::vector<double>(p), 0.0};
        copy(start, c.last, S);
        vector_block next(S);
        for (std::size_t j = 0; j < p; ++j) {
            const std::size_t k = forwards ? j : p - 1 - j;
            if (ledger_.cut_short()) {
                c.log = -infinity;
                return c;
            }
            if (forwards)
                J_.forward(cycle_[k], c.last, next);
            else
                J_.backward(cycle_[k], c.last, next);
            ledger_.count();
            std::swap(c.last, next);
            c.norms[k] = norm2(c.last, S);
            c.log += std::log(c.norms[k]);
            if (c.norms[k] > 0.0) scale(1.0 / c.norms[k], c.last, S);
        }
        return c;
    }

    // Bounds of the norms of the products after step k (forwards false) or before it, over their mu; infinity where the
    // run is cut short.
    std::vector<double> part_norms(const std::vector<double>& mu, bool before) {
        const space& S = J_.domain();
        const std::size_t p = cycle_.size();
        const double factor = std::sqrt(2.0 / std::numbers::pi) *
                              std::pow(4.0 * static_cast<double>(p) / delta_, 1.0 / static_cast<double>(columns));
        vector_block v(S, columns), w(S, columns);
        fill_gaussian(v, seed_, streams::cycle_probes + (before ? 0 : 1), S);
        std::vector<double> norms(p);
        for (std::size_t j = 0; j < p; ++j) {
            if (ledger_.cut_short()) return std::vector<double>(p, infinity);
            const std::size_t k = before ? j : p - 1 - j;
            double largest = 0.0;
            for (std::int64_t c = 0; c < columns; ++c) largest = std::max(largest, careful_norm(v, c, S));
            norms[k] = factor * largest * (1.0 + 0x1p-20);
            if (before)
                J_.forward(cycle_[k], v, w);
            else
                J_.backward(cycle_[k], v, w);
            ledger_.count(columns);
            scale_entries(1.0 / mu[k], w, S);
            std::swap(v, w);
        }
        return norms;
    }

    double forward_error(const unit_chain& right) {
        const std::vector<double> after = part_norms(right.norms, false);
        double error = 0.0;
        for (std::size_t k = 0; k < after.size(); ++k) error += after[k] * local_ / right.norms[k];
        return error;
    }

    double backward_error(const unit_chain& right, const unit_chain& left) {
        const std::vector<double> before = part_norms(right.norms, true);
        double error = 0.0, lead = 1.0;  // lead: product of nu_j / mu_j for j > k
        for (std::size_t k = before.size(); k-- > 0;) {
            error += before[k] * lead * local_ / right.norms[k];
            lead *= left.norms[k] / right.norms[k];
        }
        return error;
    }

    // ||Q A P|| over the mu, PROBABLE(delta / 2); stops once it is below `wanted`.
    double remainder_norm(const std::vector<double>& mu, double wanted) {
        constexpr std::int64_t most_steps = 20;
        const auto products = static_cast<std::int64_t>(cycle_.size());
        const deflated_cycle C(J_, cycle_, x_, y_, mu);
        golub_kahan F(linear_map::borrowed(C), random_unit_vector(J_.domain(), seed_, streams::cycle_remainder));
        ledger_.count(products);
        constexpr double backward = 1.0 + 0x1p-26;
        double bound = infinity;
        std::int64_t k = 1;
        run_stage stage(ledger_, [&](state_archive& s) {
            s(bound);
            s.within(k, 1, most_steps + 1);
            F.exchange(s);
        });
        for (; !stage.finished() && k <= most_steps; ++k) {
            bound = std::min(bound, lanczos_upper_bound(F, 0.5 * delta_) * backward);
            if (bound <= wanted || F.invariant() || stage.exhausted()) break;
            stage.mark();
            F.expand();
            ledger_.count(2 * products);
        }
        stage.close();
        return bound;
    }

    const slope_jacobian& J_;
    const slope_rows& cycle_;
    vector_in x_;
    vector_in y_;
    double delta_;
    std::uint64_t seed_;
    Ledger& ledger_;
    double local_ = 0.0;
};

}  // namespace

cycle_bounds isolate_cycle(const slope_jacobian& J, const slope_rows& cycle, const cycle_vectors& vectors,
                           double magnitude, double delta, std::uint64_t seed, Ledger& ledger) {
    constexpr std::size_t longest = 64;
    const char* const source = "growth of a cycle of slopes, its eigenvalue isolated by deflation";
    cycle_bounds bounds{{0.0, Grade::probable, delta, source}, {infinity, Grade::probable, delta, source}};
    slope_rows repeated = cycle;
    // The shares delta / 2, delta / 4, .. of the attempts, each from new random vectors.
    double share = 0.5 * delta;
    for (std::uint64_t attempt = 0; repeated.size() <= std::max(longest, cycle.size()); ++attempt, share *= 0.5) {
        // A certificate takes some 30 products for each Jacobian.
        if (ledger.exhausted() || !ledger.affords(30 * static_cast<std::int64_t>(repeated.size()))) break;
        const auto found = cycle_certificate(J, repeated, vectors, magnitude, share, seed + attempt, ledger).rates();
        bounds.lower.value = found.lowest;
        bounds.upper.value = found.highest;
        if (found.lowest > 0.0) break;
        const slope_rows once = repeated;
        repeated.insert(repeated.end(), once.begin(), once.end());
    }
    return bounds;
}

Bound bound_cycle(const slope_jacobian& J, const slope_rows& cycle, const cycle_vectors& vectors, double magnitude,
                  double delta, std::uint64_t seed, Ledger& ledger) {
    return isolate_cycle(J, cycle, vectors, magnitude, delta, seed, ledger).lower;
}

}  // namespace rhochain
