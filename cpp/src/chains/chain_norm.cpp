#include <rhochain/chains/chain_bounds.hpp>
#include <rhochain/chains/chain_norm.hpp>
#include <rhochain/chains/chain_product.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/small_dense.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/spectra/lanczos_bound.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhochain {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double ln2 = 0.693147180559945309417232121458;
constexpr std::int64_t most_steps = 200;

class norm_search {
public:
    norm_search(const jacobian_chain& P, const SolverOptions& options)
        : P_(P),
          options_(options),
          ledger_(options),
          reader_(P.slopes(), P.threads()),
          after_step_([this](std::int64_t b) { return spend(b); }),
          product_(P, reader_, after_step_) {
        b_.value = -infinity;
        b_.lower = {-infinity, Grade::proved, 0.0, "a norm is not negative"};
        b_.upper = {infinity, Grade::proved, 0.0, "no bound"};
    }

    Bracket run() {
        try {
            search();
        } catch (const chain_product::stopped&) {
            // What is known by now stands.
        }
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
        const product_hook hook = [this] { return spend(1); };
        if (const auto bound = proved_upper_bound(P_, reader_, hook)) tighten_upper(b_, *bound);
        if (b_.upper.value == -infinity || ledger_.exhausted()) return;
        std::vector<double> start(static_cast<std::size_t>(P_.size()));
        fill_gaussian(start, options_.seed, 0, P_.threads());
        const double image = settle_exponent(start);
        if (image == 0.0) return;
        if (!options_.start.empty()) tighten_lower(b_, estimated_lower(options_.start));
        const std::vector<double> v = bidiagonalise(start);
        finish(v, hook);
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

    // Relative rounding of k steps on the whole product: each factor and each vector operation rounds once.
    [[nodiscard]] double rounding(std::int64_t k) const {
        const operator_ref A = P_.rule().A;
        const std::int64_t terms = A.entrywise() ? A.row_terms() + A.column_terms() : 2;
        return rounding_gamma(k * (P_.steps() * (terms + 2 * step_roundings) + 2 * sum_depth(P_.size()) + 16)) +
               0x1p-50 * (1.0 + std::abs(static_cast<double>(exponent_)));
    }

    // The unit vector v behind the largest value found.
    std::vector<double> bidiagonalise(vector_in start) {
        golub_kahan factorization(product_, start, P_.threads());
        const std::int64_t capacity = basis_capacity(options_, P_.size(), most_steps);
        for (;; factorization.expand()) {
            const std::int64_t k = factorization.size();
            const auto [sigma, right] = largest_singular_pair(factorization.alpha(), factorization.beta());
            b_.value = log_of(sigma);
            const double upper = log_of(lanczos_upper_bound(factorization, options_.delta)) + rounding(k);
            tighten_upper(b_, {upper, Grade::probable, options_.delta, "Golub-Kahan on P from a random start"});
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
        const double image = product_.scaled_product(direction::forward, v).norm(0).log_abs();
        return {image - std::log(norm2(v, P_.threads())) - rounding(1), Grade::estimate, 0.0, "||P v|| / ||v||"};
    }

    // Both ends of the pair: ||P v|| from below, the residual of P^T P v.
    void finish(const std::vector<double>& v, const product_hook& hook) {
        b_.vector.assign(v.begin(), v.end());
        std::vector<double> u(v.size()), z(v.size());
        product_.apply(const_block(v), mutable_block(u));
        const double sigma = norm2(u, P_.threads());
        if (!(sigma > 0.0)) return;
        b_.value = log_of(sigma / norm2(v, P_.threads()));
        tighten_lower(b_, {b_.value - rounding(1), Grade::estimate, 0.0, "||P v|| / ||v||"});
        if (const auto bound = proved_lower_bound(P_, v, reader_, hook)) b_.lower = *bound;
        product_.apply_adjoint(const_block(u), mutable_block(z));
        axpy(-sigma * sigma, v, z, P_.threads());
        b_.residual = norm2(z, P_.threads()) / (sigma * sigma);
    }

    const jacobian_chain& P_;
    const SolverOptions& options_;
    Ledger ledger_;
    slope_reader reader_;
    std::function<bool(std::int64_t)> after_step_;
    chain_product product_;
    Bracket b_;
    std::int64_t exponent_ = 0;
    double told_ = 0.0;
};

}  // namespace

Bracket chain_norm(const jacobian_chain& P, const SolverOptions& options) {
    validate(options, P.size());
    if (P.steps() == 0) return exact_bracket(0.0, "a product of no factors is I");
    return norm_search(P, options).run();
}

}  // namespace rhochain
