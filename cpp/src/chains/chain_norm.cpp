#include <rhochain/chains/chain_bounds.hpp>
#include <rhochain/chains/chain_norm.hpp>
#include <rhochain/chains/chain_product.hpp>
#include <rhochain/chains/chain_rounding.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/small_dense.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/spectra/adjoint_check.hpp>
#include <rhochain/spectra/lanczos_bound.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace rhochain {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double ln2 = 0.693147180559945309417232121458;
constexpr std::int64_t most_steps = 200;
constexpr std::uint64_t most_starts = 8;

// Streams of the seed: chain_rounding.cpp has those of 1 to K.
constexpr std::uint64_t start_stream(std::uint64_t attempt) {
    return attempt == 0 ? 0 : (std::uint64_t{1} << 63) + attempt;
}

// Of delta; together at most 1.
constexpr double share_of(std::uint64_t attempt) { return attempt == 0 ? 1.0 - 0x1p-30 : 0x1p-33; }

// A number that there may be, as numbers of a journal.
std::vector<double> listed(const std::optional<double>& x) { return x ? std::vector<double>{*x} : std::vector<double>{}; }

class norm_search {
public:
    norm_search(chain_factors& P, const SolverOptions& options, const ChainSaving& saving)
        : P_(P),
          options_(options),
          ledger_(options),
          journal_(P.size(), saving, ledger_),
          after_step_([this] { return spend(1); }),
          product_(P, journal_, after_step_) {
        b_.value = -infinity;
        b_.lower = {-infinity, Grade::proved, 0.0, "a norm is not negative"};
        b_.upper = {infinity, Grade::proved, 0.0, "no bound"};
    }

    Bracket run() {
        try {
            if (!journal_.open()) search();
        } catch (const pass_journal::stopped&) {
            // What is known by now stands.
        } catch (const reading_stopped&) {
            // Here as well.
        }
        journal_.close();
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

    // Counts b products with W; tells the callback now and then; true once the budget is spent.
    bool spend(std::int64_t b) {
        constexpr double interval = 0.25;
        ledger_.count(b);
        if (ledger_.seconds() - told_ > interval) tell();
        return ledger_.exhausted();
    }

    void tell() {
        told_ = ledger_.seconds();
        ledger_.record(b_.lower.value, std::clamp(b_.value, b_.lower.value, b_.upper.value), b_.upper.value);
    }

    void search() {
        if (ledger_.exhausted()) return;
        for (const double bound : journal_.numbers([this] { return listed(proved_upper_bound(P_, after_step_)); }))
            tighten_upper(b_, proved_upper(bound));
        if (b_.upper.value == -infinity || ledger_.exhausted()) return;
        const Bracket proved = b_;
        for (std::uint64_t attempt = 0; attempt < most_starts; ++attempt) {
            try {
                return search_from(attempt);
            } catch (const chain_product::beyond_range&) {
                b_ = proved;
            }
        }
    }

    // A random start b has ||P b|| far below 2^-500 ||P|| ||b|| with no chance to speak of, unless rounding decides how long
    // computed products are: then another start, with its own share of delta.
    void search_from(std::uint64_t attempt) {
        std::vector<double> start(static_cast<std::size_t>(P_.size()));
        fill_gaussian(start, options_.seed, start_stream(attempt), P_.threads());
        const double image = settle_exponent(start);
        if (image == 0.0) return;
        bound_rounding(std::log(image / norm2(start, P_.threads())));
        delta_ *= share_of(attempt);
        if (!options_.start.empty()) tighten_lower(b_, estimated_lower(options_.start));
        const std::vector<double> v = bidiagonalise(start);
        finish(v);
    }

    // Chooses the exponent that brings P start near 1; returns its norm, 0 for a product that vanishes.
    double settle_exponent(vector_in start) {
        const scaled norm = product_.scaled_product(direction::forward, start).norm(0);
        product_.set_exponent(exponent_ = norm.exponent);
        return norm.mantissa;
    }

    [[nodiscard]] double log_of(double scaled_norm) const {
        return std::log(scaled_norm) + static_cast<double>(exponent_) * ln2;
    }

    // Phi of chain_rounding.hpp in units of 2^exponent_. `log_image` is ln of ||P b|| / ||b|| in the same units.
    void bound_rounding(double log_image) {
        const operator_ref A = P_.weights();
        const double units = static_cast<double>(exponent_) * ln2;
        const Bound& proved = graded_upper(b_);
        double log_rounding = infinity;
        delta_ = options_.delta;
        grade_ = Grade::estimate;
        if (A.entrywise() && std::isfinite(proved.value)) {
            log_rounding = proved_log_rounding(P_, proved.value) - units;
            grade_ = Grade::probable;
        }
        // A sample costs as much as some twelve products with P: only where the proved size of the error would show.
        const double visible = 0.01 * options_.rtol / amplification(most_steps);
        if (log_rounding > log_image + std::log(visible) && A.entrywise()) {
            const double half = 0.5 * options_.delta;
            const std::vector<double> sampled = journal_.numbers([&]() -> std::vector<double> {
                const auto found = sample_rounding(P_, options_.seed, half, [this](std::int64_t b) { return spend(b); });
                if (!found) return {};
                return {found->log_phi, found->lossless ? 1.0 : 0.0};
            });
            if (ledger_.exhausted()) throw pass_journal::stopped{};
            if (!sampled.empty()) {
                log_rounding = std::min(log_rounding, sampled[0] - units);
                delta_ = half;
                grade_ = sampled[1] == 1.0 ? Grade::probable : Grade::estimate;
            }
        }
        // Where nothing is known of the entries: as if no term of a product cancelled another.
        if (log_rounding == infinity) log_rounding = log_image + std::log(rounding_gamma(P_.steps() * 2 * step_roundings));
        rounding_ = std::exp(log_rounding);
    }

    // By how much products that err by Phi can shift sigma_1, in units of Phi.
    [[nodiscard]] static double amplification(std::int64_t k) { return 3.0 * std::sqrt(static_cast<double>(k)); }

    // Relative rounding of the vector operations of k steps and of logarithms.
    [[nodiscard]] double relative_rounding(std::int64_t k) const {
        return rounding_gamma(k * (2 * sum_depth(P_.size()) + 16)) +
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
    std::vector<double> bidiagonalise(vector_in start) {
        golub_kahan factorization(product_, start, P_.threads());
        const std::int64_t capacity = basis_capacity(options_, P_.size(), most_steps);
        for (;; factorization.expand()) {
            const std::int64_t k = factorization.size();
            const auto [sigma, right] = largest_singular_pair(factorization.alpha(), factorization.beta());
            b_.value = log_of(sigma);
            tighten_upper(b_, upper_after(factorization, sigma));
            tell();
            const bool narrow = b_.upper.value - b_.value <= 0.99 * options_.rtol;
            if (narrow || factorization.invariant() || k == capacity || ledger_.exhausted()) {
                std::vector<double> v(start.size());
                factorization.right().combine(right, v);
                return v;
            }
        }
    }

    [[nodiscard]] Bound estimated_lower(vector_in v) {
        std::vector<double> u(v.size());
        product_.apply(const_block(v), mutable_block(u));
        return lower_from(norm2(u, P_.threads()) / norm2(v, P_.threads()));
    }

    [[nodiscard]] Bound lower_from(double ratio) const {
        return {log_of(std::max(0.0, ratio - rounding_)) - relative_rounding(1), Grade::estimate, 0.0,
                "||P v|| / ||v||"};
    }

    // Both ends of the pair: ||P v|| from below, the residual of P^T P v.
    void finish(const std::vector<double>& v) {
        b_.vector.assign(v.begin(), v.end());
        std::vector<double> u(v.size()), z(v.size());
        product_.apply(const_block(v), mutable_block(u));
        const double sigma = norm2(u, P_.threads());
        if (!(sigma > 0.0)) return;
        const double ratio = sigma / norm2(v, P_.threads());
        b_.value = log_of(ratio);
        tighten_lower(b_, lower_from(ratio));
        for (const double value : journal_.numbers([&] { return listed(proved_lower_bound(P_, v, after_step_)); })) {
            // A proof is worth some of the width that was asked for, not more.
            const Bound bound = proved_lower(value);
            if (b_.upper.value - value <= options_.rtol)
                b_.lower = bound;
            else
                tighten_lower(b_, bound);
        }
        product_.apply_adjoint(const_block(u), mutable_block(z));
        axpy(-sigma * sigma, v, z, P_.threads());
        b_.residual = norm2(z, P_.threads()) / (sigma * sigma);
    }

    chain_factors& P_;
    const SolverOptions& options_;
    Ledger ledger_;
    pass_journal journal_;
    product_hook after_step_;
    chain_product product_;
    Bracket b_;
    std::int64_t exponent_ = 0;
    Grade grade_ = Grade::estimate;  // of the upper bound of Theorem D
    double delta_ = 0.0;             // its share of delta
    double rounding_ = 0.0;
    double told_ = 0.0;
};

}  // namespace

Bracket chain_norm(chain_factors& P, const SolverOptions& options, const ChainSaving& saving) {
    validate(options, P.size());
    if (P.steps() == 0) return exact_bracket(0.0, "a product of no factors is I");
    require_adjoint(P.weights(), options.seed, P.threads());
    return norm_search(P, options, saving).run();
}

Bracket chain_norm(const jacobian_chain& P, const SolverOptions& options, const ChainSaving& saving) {
    slope_factors factors(P);
    return chain_norm(factors, options, saving);
}

Bracket chain_norm(const gated_chain& P, const SolverOptions& options, const ChainSaving& saving) {
    gate_factors factors(P);
    return chain_norm(factors, options, saving);
}

}  // namespace rhochain
