#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/small_dense.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include <rhochain/spectra/dominant_search.hpp>
#include <rhochain/spectra/power_filter.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace rhochain {
namespace {

constexpr std::int64_t most_steps = 100;
constexpr std::int64_t first_look = 60;
// Restarts go on while the residual falls by this factor within this many of them.
constexpr std::size_t patience = 3;
constexpr double progress_wanted = 0.7;

// Moduli closer than this belong to one eigenvalue (a complex pair, a repeated one) when naming the runner-up.
constexpr double same_modulus = 1e-8;

// The best Ritz pair of one search.
struct finding {
    double modulus = 0.0;
    double residual = std::numeric_limits<double>::infinity();  // ||A x - theta x||
    double runner_up = Bracket::unknown;
    bool complete = false;  // the Krylov space held the whole spectrum
    std::vector<std::complex<double>> coordinates;

    [[nodiscard]] bool settled(double rtol) const { return residual <= rtol * modulus; }
};

finding best_ritz_pair(const arnoldi& factorization, std::int64_t block_size) {
    finding f;
    const std::int64_t k = factorization.size();
    const eigen_decomposition ritz = eigen_decompose(factorization.projected(), k, true);
    if (!ritz.converged || k == 0) return f;
    const std::vector<double> b = factorization.coupling();
    std::complex<double> coupling = 0.0;
    for (std::int64_t i = 0; i < k; ++i) {
        f.coordinates.push_back(ritz.vectors[static_cast<std::size_t>(i * k)]);
        coupling += b[static_cast<std::size_t>(i)] * f.coordinates.back();
    }
    f.modulus = std::abs(ritz.values.front());
    f.residual = std::abs(coupling);
    f.complete = factorization.invariant() && k == block_size;
    for (const auto& theta : ritz.values)
        if (std::abs(theta) < f.modulus * (1.0 - same_modulus)) {
            f.runner_up = std::abs(theta);
            break;
        }
    return f;
}

// One search from an independent start; `refine` may be called again to go on where it stopped.
class search {
public:
    search(const irreducible_block& block, const SolverOptions& options, std::uint64_t stream, Ledger& ledger)
        : block_(block),
          options_(options),
          threads_(resolve_threads(options.threads)),
          filter_(block, options.seed, stream, options.delta, threads_),
          ledger_(ledger) {}

    void run_filter(std::int64_t steps, const Bracket& known) {
        constexpr std::int64_t between_records = 16;
        for (std::int64_t k = 0; k < steps && !filter_.vanished() && !ledger_.exhausted(); ++k) {
            filter_.step();
            ledger_.count();
            if (filter_.steps() % between_records != 0) continue;
            const double upper = std::min(known.upper.value, filter_.upper().value);
            const double value = std::clamp(filter_.growth_rate(), known.lower.value, upper);
            ledger_.record(known.lower.value, value, upper);
        }
    }

    void run_arnoldi(const std::vector<double>& start) {
        if (filter_.vanished()) return;
        const std::int64_t capacity = basis_capacity(options_, block_.size, most_steps);
        factorization_.emplace(block_.A, start, capacity, threads_);
        vector_.resize(static_cast<std::size_t>(block_.A.cols()));
        expand_to(first_look);
        std::vector<double> residuals;
        while (!settled_after_look() && !ledger_.exhausted()) {
            if (factorization_->size() < capacity) {
                expand_to(capacity);
                continue;
            }
            residuals.push_back(best_.residual);
            const std::size_t looks = residuals.size();
            if (looks > patience && residuals[looks - 1] > progress_wanted * residuals[looks - 1 - patience]) break;
            if (!shrink()) break;
            expand_to(capacity);
        }
    }

    [[nodiscard]] const finding& best() const { return best_; }
    [[nodiscard]] const power_filter& filter() const { return filter_; }

    [[nodiscard]] const std::vector<std::complex<double>>& vector() const { return vector_; }

private:
    void expand_to(std::int64_t size) {
        while (factorization_->size() < std::min(size, factorization_->capacity()) && !factorization_->invariant() &&
               !ledger_.exhausted()) {
            factorization_->expand();
            ledger_.count();
        }
    }

    bool settled_after_look() {
        if (factorization_->size() > 0) {
            finding now = best_ritz_pair(*factorization_, block_.size);
            if (now.residual < best_.residual) {
                best_ = std::move(now);
                write_vector();
            }
        }
        return best_.settled(options_.rtol) || factorization_->invariant();
    }

    // The Ritz vector, now: a restart changes the basis that its coordinates refer to.
    void write_vector() {
        std::vector<double> part(vector_.size());
        std::vector<double> c(best_.coordinates.size());
        std::transform(best_.coordinates.begin(), best_.coordinates.end(), c.begin(),
                       [](const auto& z) { return z.real(); });
        factorization_->basis().combine(c, part);
        std::copy(part.begin(), part.end(), vector_.begin());
        std::transform(best_.coordinates.begin(), best_.coordinates.end(), c.begin(),
                       [](const auto& z) { return z.imag(); });
        factorization_->basis().combine(c, part);
        for (std::size_t i = 0; i < part.size(); ++i) vector_[i] = {vector_[i].real(), part[i]};
    }

    bool shrink() {
        if (factorization_->invariant() || factorization_->size() < 3) return false;
        const invariant_subspace kept =
            dominant_subspace(factorization_->projected(), factorization_->size(), factorization_->size() / 3);
        if (!kept.converged || kept.kept + 1 >= factorization_->capacity()) return false;
        factorization_->restart(kept.Q, kept.kept);
        return true;
    }

    irreducible_block block_;
    const SolverOptions& options_;
    int threads_;
    power_filter filter_;
    Ledger& ledger_;
    std::optional<arnoldi> factorization_;
    finding best_;
    std::vector<std::complex<double>> vector_;
};

// The caller's start on this block; empty if none was given or it vanishes here.
std::vector<double> warm_start(const irreducible_block& block, const SolverOptions& options) {
    if (options.start.empty()) return {};
    std::vector<double> x(options.start.begin(), options.start.end());
    block.project(x);
    if (!(max_abs(x, 1) > 0.0)) x.clear();
    return x;
}

// What remains of a search once its Krylov vectors are given back.
struct outcome {
    finding best;
    Bound upper;
    double growth_rate = 0.0;
    std::vector<std::complex<double>> vector;
};

outcome run_search(const irreducible_block& block, const SolverOptions& options, std::uint64_t stream,
                   std::int64_t steps, const std::vector<double>& guess, const Bracket& known, Ledger& ledger) {
    search s(block, options, stream, ledger);
    s.run_filter(steps, known);
    s.run_arnoldi(guess.empty() ? s.filter().vector() : guess);
    const bool found = !s.best().coordinates.empty();
    return {s.best(), s.filter().upper(), s.filter().growth_rate(),
            found ? s.vector() : std::vector<std::complex<double>>{}};
}

bool agree(const outcome& a, const outcome& b, double rtol) {
    return std::abs(a.best.modulus - b.best.modulus) <= 0.5 * rtol * std::max(a.best.modulus, b.best.modulus);
}

void write_result(const outcome& winner, double uncertainty, Bracket& b) {
    const finding& f = winner.best;
    b.value = f.modulus;
    b.residual = f.residual;
    b.runner_up = f.runner_up;
    b.vector = winner.vector;
    tighten_lower(b, {f.modulus * std::max(0.0, 1.0 - uncertainty), Grade::estimate, 0.0,
                      "Ritz value less its uncertainty"});
}

}  // namespace

std::int64_t filter_steps(std::int64_t n) {
    // A product with a small block costs next to nothing, and the upper bound tightens with every step.
    constexpr std::int64_t small = 256;
    if (n <= small) return 512;
    const double steps = 4.0 * std::sqrt(static_cast<double>(n));
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(steps), 64, 1024);
}

void search_dominant(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    const std::int64_t steps = filter_steps(block.size);
    const std::vector<double> guess = warm_start(block, options);
    const bool warm = !guess.empty();
    // A guess needs no filter; the upper bound and the independent opinion then come from the second search.
    const outcome first = run_search(block, options, 0, warm ? 0 : steps, guess, b, ledger);
    tighten_upper(b, first.upper);
    b.value = first.growth_rate;
    if (first.vector.empty()) return;
    const double residual = first.best.residual / first.best.modulus;
    if (first.best.complete || ledger.exhausted()) {
        write_result(first, std::max(options.rtol, residual), b);
        if (first.best.complete) b.status = Status::converged;
        return;
    }
    const outcome second = run_search(block, options, 1, warm ? steps : steps / 2, {}, b, ledger);
    if (warm) tighten_upper(b, second.upper);
    const bool both_settled = first.best.settled(options.rtol) && second.best.settled(options.rtol);
    if (both_settled && agree(first, second, options.rtol)) b.status = Status::converged;
    const bool first_wins = both_settled ? first.best.modulus >= second.best.modulus
                                         : first.best.residual <= second.best.residual;
    const outcome& winner = first_wins ? first : second;
    const double gap = std::abs(first.best.modulus - second.best.modulus) / winner.best.modulus;
    write_result(winner, std::max({options.rtol, 2.0 * gap, winner.best.residual / winner.best.modulus}), b);
    // Where no pair can be told from its neighbours the growth rate is the better estimate.
    if (!both_settled) b.value = (warm ? second : first).growth_rate;
}

}  // namespace rhochain
