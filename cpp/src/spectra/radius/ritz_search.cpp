#include "spectra/radius/ritz_search.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/complex_vectors.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t first_ritz_look = 60;
// Restarts continue while the residual falls by this factor within three of them. In a large block, where one costs as
// much as hundreds of powers, it has to fall within one.
constexpr double residual_progress = 0.7;
constexpr std::int64_t large_block = 16384;

// For the runner-up, moduli closer than this belong to one eigenvalue (a complex pair, a multiple one).
constexpr double same_modulus = 1e-8;

class search {
public:
    search(const irreducible_block& block, vector_in start, std::int64_t capacity, const SolverOptions& options,
           Ledger& ledger, std::optional<std::complex<double>> target)
        : block_(block),
          target_(target),
          rtol_(options.rtol),
          ledger_(ledger),
          factorization_(block.map(), start, capacity) {}

    ritz_pair run() {
        const std::size_t patience = block_.size() > large_block ? 1 : 3;
        const std::int64_t capacity = factorization_.capacity();
        std::int64_t next_look = first_ritz_look;
        std::vector<double> residuals;
        run_stage stage(ledger_, [&](state_archive& s) {
            exchange(s);
            s(next_look);
            s.require(factorization_.capacity() == capacity && next_look >= 0);
            s(residuals);
        });
        while (!stage.finished()) {
            expand_to(next_look, stage);
            if (done_after_look() || stage.exhausted()) break;
            next_look = factorization_.capacity();
            if (factorization_.size() < factorization_.capacity()) continue;
            residuals.push_back(best_.residual);
            const std::size_t looks = residuals.size();
            if (looks > patience && residuals[looks - 1] > residual_progress * residuals[looks - 1 - patience]) break;
            if (!shrink()) break;
        }
        over_ = true;
        stage.close();
        return std::move(best_);
    }

private:
    void exchange(state_archive& s) {
        s(best_.theta);
        s(best_.residual);
        s(best_.runner_up);
        s(best_.complete);
        const bool has_vector = s(best_.vector, block_.domain());
        s.require(has_vector == best_.found());
        s(over_);
        if (!over_) factorization_.exchange(s);
    }

    void expand_to(std::int64_t size, run_stage& stage) {
        while (factorization_.size() < std::min(size, factorization_.capacity()) && !factorization_.invariant() &&
               !stage.exhausted()) {
            stage.mark();
            factorization_.expand();
            ledger_.count();
        }
    }

    bool done_after_look() {
        const std::int64_t k = factorization_.size();
        const eigen_decomposition ritz = eigen_decompose(factorization_.projected(), k, true);
        if (ritz.converged && k > 0) keep_if_better(ritz);
        return best_.meets(rtol_) || factorization_.invariant();
    }

    // The Ritz value wanted: the first, of the largest modulus, or the nearest to the target.
    [[nodiscard]] std::int64_t wanted(const std::vector<std::complex<double>>& values) const {
        if (!target_) return 0;
        const auto distance = [&](const auto& z) {
            return std::min(std::abs(z - *target_), std::abs(std::conj(z) - *target_));
        };
        return std::min_element(values.begin(), values.end(),
                                [&](const auto& a, const auto& b) { return distance(a) < distance(b); }) -
               values.begin();
    }

    void keep_if_better(const eigen_decomposition& ritz) {
        const std::int64_t k = factorization_.size();
        const std::int64_t column = wanted(ritz.values);
        const std::vector<double> b = factorization_.coupling();
        std::vector<std::complex<double>> coordinates;
        std::complex<double> coupling = 0.0;
        for (std::int64_t i = 0; i < k; ++i) {
            coordinates.push_back(ritz.vectors[static_cast<std::size_t>(i * k + column)]);
            coupling += b[static_cast<std::size_t>(i)] * coordinates.back();
        }
        if (!(std::abs(coupling) < best_.residual)) return;
        best_.theta = ritz.values[static_cast<std::size_t>(column)];
        best_.residual = std::abs(coupling);
        best_.complete = factorization_.invariant() && k == block_.size();
        best_.runner_up = Bracket::unknown;
        for (const auto& theta : ritz.values)
            if (std::abs(theta) < best_.modulus() * (1.0 - same_modulus)) {
                best_.runner_up = std::abs(theta);
                break;
            }
        write_vector(coordinates);
    }

    // Writes the Ritz vector at once: a restart changes the basis of its coordinates.
    void write_vector(const std::vector<std::complex<double>>& coordinates) {
        const space& S = block_.domain();
        vector_block part(S);
        std::vector<double> c(coordinates.size());
        std::transform(coordinates.begin(), coordinates.end(), c.begin(), [](const auto& z) { return z.real(); });
        factorization_.basis().combine(c, part);
        if (best_.vector.empty()) best_.vector = complex_vector(S);
        set_real(part, best_.vector, S);
        std::transform(coordinates.begin(), coordinates.end(), c.begin(), [](const auto& z) { return z.imag(); });
        factorization_.basis().combine(c, part);
        set_imaginary(part, best_.vector, S);
    }

    bool shrink() {
        if (factorization_.invariant() || factorization_.size() < 3) return false;
        return factorization_.restart_dominant(factorization_.size() / 3);
    }

    const irreducible_block& block_;
    std::optional<std::complex<double>> target_;
    double rtol_;
    Ledger& ledger_;
    arnoldi factorization_;
    ritz_pair best_;
    bool over_ = false;
};

}  // namespace

ritz_pair search_ritz_pair(const irreducible_block& block, vector_in start, std::int64_t capacity,
                           const SolverOptions& options, Ledger& ledger, std::optional<std::complex<double>> target) {
    return search(block, start, capacity, options, ledger, target).run();
}

}  // namespace rhochain
