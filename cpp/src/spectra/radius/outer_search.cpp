#include "spectra/radius/outer_search.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "krylov/deflated_operator.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace rhochain {
namespace {

class outer_search {
public:
    outer_search(const linear_map& A, std::int64_t k, const SolverOptions& options, Ledger& ledger)
        : A_(A), S_(A.domain()), k_(k), options_(options), ledger_(ledger), locked_(S_) {}

    outer_ritz_values run() {
        // A search that finds nothing new ends this; 20 are enough for values that it missed.
        const std::int64_t most_rounds = k_ + 20;
        for (std::int64_t round = 0; round < most_rounds && !ledger_.exhausted(); ++round)
            if (!look(static_cast<std::uint64_t>(round))) break;
        sort_values();
        result_.converged = done_ && std::all_of(result_.values.begin(), result_.values.end(),
                                                 [&](const ritz_value& v) { return accurate(v); });
        return std::move(result_);
    }

private:
    using ritz_values = std::vector<ritz_value>;

    [[nodiscard]] std::int64_t found() const { return static_cast<std::int64_t>(result_.values.size()); }

    [[nodiscard]] bool accurate(const ritz_value& v) const {
        constexpr double rounding = 0x1p-44;
        return v.residual <= std::max(options_.rtol * std::abs(v.value), rounding * largest_);
    }

    void sort_values() {
        // Conjugates have the same modulus to the last bit, and so has no other value but by chance.
        std::stable_sort(result_.values.begin(), result_.values.end(),
                         [](const auto& a, const auto& b) { return std::abs(a.value) > std::abs(b.value); });
    }

    // One search in the complement of what is locked, for the values that are missing, or for one beyond the k-th
    // modulus. Whether another search is needed.
    bool look(std::uint64_t round) {
        const std::int64_t missing = k_ - found();
        vector_block start(S_);
        fill_gaussian(start, options_.seed, streams::outer_start(round), S_);
        const double whole = norm2(start, S_);
        std::vector<double> removed(static_cast<std::size_t>(locked_.size()));
        // What is left of a random vector vanishes where the locked ones span all of R^n.
        constexpr double rounding = 0x1p-40;
        if (locked_.size() == A_.rows() || !(locked_.orthogonalise(start, removed) > rounding * whole)) {
            result_.rest = 0.0;
            done_ = true;
            return false;
        }
        const linear_map C = locked_.size() == 0 ? A_ : linear_map(deflated_operator(A_, locked_));
        const std::int64_t wanted = std::max<std::int64_t>(missing, 1);
        const std::int64_t left = A_.rows() - locked_.size();
        const std::int64_t most = std::min(left, 3 * wanted + 60);
        arnoldi factorization(C, start, basis_capacity(options_, A_.rows(), most));
        const double bar = missing > 0 ? 0.0 : modulus_of_last();
        ritz_values ritz = converge(factorization, wanted, bar);
        if (ritz.empty()) return false;
        largest_ = std::max(largest_, std::abs(ritz.front().value));
        if (missing <= 0 && !(std::abs(ritz.front().value) > bar * (1.0 + options_.rtol))) {
            result_.rest = std::abs(ritz.front().value);
            done_ = true;
            return false;
        }
        const bool locked = lock(factorization, wanted);
        const auto count = static_cast<std::size_t>(locked ? factorization.size() : wanted);
        for (std::size_t i = 0; i < std::min(count, ritz.size()); ++i) result_.values.push_back(ritz[i]);
        return locked;
    }

    [[nodiscard]] double modulus_of_last() {
        sort_values();
        return std::abs(result_.values[static_cast<std::size_t>(k_ - 1)].value);
    }

    // Restarts until the first `wanted` Ritz values are accurate, or the first one lies below the bar, or the residuals
    // no longer fall.
    ritz_values converge(arnoldi& factorization, std::int64_t wanted, double bar) {
        constexpr std::size_t patience = 12;
        constexpr double progress_wanted = 0.8;
        std::vector<double> residuals;
        for (;;) {
            while (factorization.size() < factorization.capacity() && !factorization.invariant() &&
                   !ledger_.exhausted()) {
                factorization.expand();
                ledger_.count();
            }
            const ritz_values ritz = ritz_values_of(factorization);
            if (ritz.empty() || factorization.invariant() || ledger_.exhausted()) return ritz;
            const ritz_value& first = ritz.front();
            if (bar > 0.0 && std::abs(first.value) + first.residual < bar) return ritz;
            double worst = 0.0;
            bool all = true;
            for (std::size_t i = 0; i < std::min(ritz.size(), static_cast<std::size_t>(wanted)); ++i) {
                all = all && accurate(ritz[i]);
                worst = std::max(worst, ritz[i].residual);
            }
            if (all) return ritz;
            residuals.push_back(worst);
            const std::size_t looks = residuals.size();
            if (looks > patience && residuals[looks - 1] > progress_wanted * residuals[looks - 1 - patience])
                return ritz;
            ledger_.record(0.0, std::abs(first.value), Bracket::infinity);
            const std::int64_t kept =
                std::max(factorization.size() / 3, std::min(wanted + 2, factorization.size() - 3));
            if (factorization.size() < 4 || !factorization.restart_dominant(kept)) return ritz;
        }
    }

    [[nodiscard]] static ritz_values ritz_values_of(const arnoldi& factorization) {
        const std::int64_t m = factorization.size();
        if (m == 0) return {};
        const eigen_decomposition ritz = eigen_decompose(factorization.projected(), m, true);
        if (!ritz.converged) return {};
        const std::vector<double> b = factorization.coupling();
        ritz_values values;
        for (std::int64_t i = 0; i < m; ++i) {
            std::complex<double> coupling = 0.0;
            for (std::int64_t j = 0; j < m && !factorization.invariant(); ++j)
                coupling += b[static_cast<std::size_t>(j)] * ritz.vectors[static_cast<std::size_t>(j * m + i)];
            values.push_back({ritz.values[static_cast<std::size_t>(i)], std::abs(coupling)});
        }
        return values;
    }

    // Keeps the subspace of the dominant `wanted` Ritz values, or a few more, for deflation; all of an invariant space
    // that has no smaller one. Whether there is one.
    bool lock(arnoldi& factorization, std::int64_t wanted) {
        const bool smaller = factorization.size() > wanted && factorization.restart_dominant(wanted);
        if (!smaller && !factorization.invariant()) return false;
        for (std::int64_t i = 0; i < factorization.size(); ++i) {
            copy(factorization.basis()[i], locked_.next(), S_);
            locked_.append(1.0);
        }
        return true;
    }

    const linear_map& A_;
    space S_;
    std::int64_t k_;
    const SolverOptions& options_;
    Ledger& ledger_;
    krylov_basis locked_;
    outer_ritz_values result_;
    double largest_ = 0.0;
    bool done_ = false;
};

}  // namespace

outer_ritz_values search_outer(const linear_map& A, std::int64_t k, const SolverOptions& options, Ledger& ledger) {
    return outer_search(A, k, options, ledger).run();
}

}  // namespace rhochain
