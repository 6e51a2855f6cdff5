#include "chains/measures/norm_search.hpp"
#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/storage/infinity.hpp>
#include "chains/measures/chain_bounds.hpp"
#include "chains/measures/chain_product.hpp"
#include "chains/measures/chain_rounding.hpp"
#include "chains/measures/pass_log.hpp"
#include "kernels/small_dense.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "krylov/short_products.hpp"
#include "spectra/norm/lanczos_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t most_steps = 200;
constexpr std::uint64_t most_starts = 8;

// The part of delta that a start has; together at most 1.
constexpr double share_of(std::uint64_t attempt) { return attempt == 0 ? 1.0 - 0x1p-30 : 0x1p-33; }

// A number that may be missing, as the numbers of a pass.
std::vector<double> listed(const std::optional<double>& x) {
    return x ? std::vector<double>{*x} : std::vector<double>{};
}

class norm_search {
public:
    norm_search(factor_reader& P, const SolverOptions& options, const ChainSaving& saving)
        : P_(P),
          S_(P.domain()),
          options_(options),
          ledger_(with_progress(options), S_),
          log_(S_, saving, ledger_),
          after_step_([this] { return spend(1); }),
          product_(P, log_, after_step_) {
        b_.value = -infinity;
        b_.lower = {-infinity, Grade::proved, 0.0, "a norm is not negative"};
        b_.upper = {infinity, Grade::proved, 0.0, "no bound"};
    }

    Bracket run() {
        try {
            if (!log_.open()) search();
        } catch (const pass_log::stopped&) {
            // The bounds found so far hold.
        } catch (const reading_stopped&) {
            // The same.
        }
        log_.close();
        clamp_value(b_);
        if (width() <= options_.rtol) b_.status = Status::converged;
        ledger_.record(b_.lower.value, b_.value, b_.upper.value);
        ledger_.close(b_);
        return std::move(b_);
    }

private:
    [[nodiscard]] double width() const {
        return b_.upper.value == b_.lower.value ? 0.0 : b_.upper.value - b_.lower.value;
    }

    // The same options for a ledger that records the bounds whenever it asks for an interrupt.
    [[nodiscard]] SolverOptions with_progress(SolverOptions options) {
        options.interrupt = [this, asked = std::move(options.interrupt)] {
            record();
            return asked && asked();
        };
        return options;
    }

    void record() {
        const double most = std::max(b_.lower.value, b_.upper.value);
        ledger_.record(b_.lower.value, std::clamp(b_.value, b_.lower.value, most), b_.upper.value);
    }

    // Counts b products with W; true once the budget is spent.
    bool spend(std::int64_t b) {
        ledger_.count(b);
        return ledger_.exhausted();
    }

    void search() {
        if (ledger_.exhausted()) return;
        for (const double bound : log_.numbers([this] { return listed(proved_upper_bound(P_, after_step_)); }))
            tighten_upper(b_, proved_upper(bound));
        if (b_.upper.value == -infinity || ledger_.exhausted()) return;
        const Bracket proved = b_;
        for (std::uint64_t attempt = 0; attempt < most_starts; ++attempt) {
            try {
                return search_from(attempt);
            } catch (const chain_product::beyond_range&) {
                b_ = proved;
            } catch (const short_products&) {
                b_ = proved;
            }
        }
    }

    // The chance that a random start b has ||P b|| far below 2^-500 ||P|| ||b|| is negligible. Where rounding decides
    // how long computed products are it still happens, and P (b / ||b||) may be as far below ||P b|| / ||b||: the next
    // start has its own share of delta.
    void search_from(std::uint64_t attempt) {
        vector_block start(S_);
        fill_gaussian(start, options_.seed, streams::chain_start(attempt), S_);
        const double image = choose_exponent(start);
        if (image == 0.0) return;
        bound_rounding(std::log(image / norm2(start, S_)));
        delta_ *= share_of(attempt);
        if (S_.any(!options_.start.empty())) tighten_lower(b_, estimated_lower(from_caller(options_.start)));
        const vector_block v = bidiagonalise(start);
        finish(v);
    }

    // Chooses the exponent that brings P start near 1; returns its norm, 0 for a product that vanishes.
    double choose_exponent(vector_in start) {
        const scaled norm = product_.scaled_product(direction::forward, start).norm(0);
        product_.set_exponent(exponent_ = norm.exponent);
        return norm.mantissa;
    }

    [[nodiscard]] double log_of(double scaled_norm) const {
        return std::log(scaled_norm) + static_cast<double>(exponent_) * std::numbers::ln2;
    }

    // Phi of chain_rounding.hpp in units of 2^exponent_. `log_image` is ln of ||P b|| / ||b|| in the same units.
    void bound_rounding(double log_image) {
        const double units = static_cast<double>(exponent_) * std::numbers::ln2;
        const Bound& proved = graded_upper(b_);
        double log_rounding = infinity;
        delta_ = options_.delta;
        grade_ = Grade::estimate;
        if (P_.bounded() && std::isfinite(proved.value)) {
            log_rounding = proved_log_rounding(P_, proved.value) - units;
            grade_ = Grade::probable;
        }
        // A sample costs as much as some twelve products with P: only where the proved size of the error would show.
        const double visible = 0.01 * options_.rtol / amplification(most_steps);
        if (log_rounding > log_image + std::log(visible) && P_.bounded()) {
            const double half = 0.5 * options_.delta;
            const std::vector<double> sampled = log_.numbers([&]() -> std::vector<double> {
                const auto found =
                    sample_rounding(P_, options_.seed, half, [this](std::int64_t b) { return spend(b); });
                if (!found) return {};
                return {found->log_phi, found->lossless ? 1.0 : 0.0};
            });
            if (ledger_.exhausted()) throw pass_log::stopped{};
            if (!sampled.empty()) {
                log_rounding = std::min(log_rounding, sampled[0] - units);
                delta_ = half;
                grade_ = sampled[1] == 1.0 ? Grade::probable : Grade::estimate;
            }
        }
        // Where nothing is known of the entries: as if no term of a product cancelled another.
        if (log_rounding == infinity)
            log_rounding = log_image + std::log(rounding_gamma(P_.steps() * 2 * step_roundings));
        rounding_ = std::exp(log_rounding);
    }

    // By how much products that err by Phi can shift sigma_1, in units of Phi.
    [[nodiscard]] static double amplification(std::int64_t k) { return 3.0 * std::sqrt(static_cast<double>(k)); }

    // Relative rounding of the vector operations of k steps and of logarithms.
    [[nodiscard]] double relative_rounding(std::int64_t k) const {
        return rounding_gamma(k * (2 * S_.sum_depth() + 16)) +
               0x1p-50 * (1.0 + std::abs(static_cast<double>(exponent_)));
    }

    // Theorem D with the errors of the products: (1) multiplies them by its own factor squared, (2) adds them.
    [[nodiscard]] Bound upper_after(const golub_kahan& F, double sigma) const {
        const std::int64_t k = F.size();
        const double error = amplification(k) * rounding_;
        const double factor = golub_kahan_inflation(P_.size(), k, delta_);
        const double least = lanczos_upper_bound(F, delta_);
        double upper = factor * (sigma + factor * error);
        if (least < factor * sigma) upper = std::min(upper, least + error);
        const double delta = grade_ == Grade::probable ? options_.delta : 0.0;
        return {log_of(upper) + relative_rounding(k), grade_, delta, "Golub-Kahan on P from a random start"};
    }

    // The unit vector v behind the largest value found.
    vector_block bidiagonalise(vector_in start) {
        golub_kahan factorization(linear_map::borrowed(product_), start);
        const std::int64_t capacity = basis_capacity(options_, P_.size(), most_steps);
        for (;; factorization.expand()) {
            const std::int64_t k = factorization.size();
            const auto [sigma, right] = largest_singular_pair(factorization.alpha(), factorization.beta());
            b_.value = log_of(sigma);
            tighten_upper(b_, upper_after(factorization, sigma));
            record();
            const bool narrow = b_.upper.value - b_.value <= 0.99 * options_.rtol;
            if (narrow || factorization.invariant() || k == capacity || ledger_.exhausted()) {
                vector_block v(S_);
                factorization.right().combine(right, v);
                return v;
            }
        }
    }

    [[nodiscard]] Bound estimated_lower(vector_in v) {
        vector_block u(S_);
        product_.apply(v, u);
        return lower_from(norm2(u, S_) / norm2(v, S_));
    }

    [[nodiscard]] Bound lower_from(double ratio) const {
        return {log_of(std::max(0.0, ratio - rounding_)) - relative_rounding(1), Grade::estimate, 0.0,
                "||P v|| / ||v||"};
    }

    // Both ends of the pair: ||P v|| from below, the residual of P^T P v.
    void finish(vector_in v) {
        b_.vector = complex_for_caller(v);
        vector_block u(S_), z(S_);
        product_.apply(v, u);
        const double sigma = norm2(u, S_);
        if (!(sigma > 0.0)) return;
        const double ratio = sigma / norm2(v, S_);
        b_.value = log_of(ratio);
        tighten_lower(b_, lower_from(ratio));
        for (const double value : log_.numbers([&] { return listed(proved_lower_bound(P_, v, after_step_)); })) {
            // A proof is worth some of the width that was asked for, not more.
            const Bound bound = proved_lower(value);
            if (b_.upper.value - value <= options_.rtol)
                b_.lower = bound;
            else
                tighten_lower(b_, bound);
        }
        product_.apply_adjoint(u, z);
        axpy(-sigma * sigma, v, z, S_);
        b_.residual = norm2(z, S_) / (sigma * sigma);
    }

    factor_reader& P_;
    space S_;
    const SolverOptions& options_;
    Ledger ledger_;
    pass_log log_;
    product_hook after_step_;
    chain_product product_;
    Bracket b_;
    std::int64_t exponent_ = 0;
    Grade grade_ = Grade::estimate;  // of the upper bound by Theorem D
    double delta_ = 0.0;             // the part of delta that it has
    double rounding_ = 0.0;
};

}  // namespace

Bracket chain_norm(factor_reader& P, const SolverOptions& options, const ChainSaving& saving) {
    validate(options, P.domain());
    if (P.steps() == 0) return exact_bracket(0.0, "a product of no factors is I");
    P.require_adjoints(options.seed);
    return norm_search(P, options, saving).run();
}

}  // namespace rhochain
