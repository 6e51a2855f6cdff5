// The options of every solver, and the ledger of a call: products, seconds, the caller's callback. The map carries the
// number of threads (linear_map.hpp): spectral_norm(W.with(2), options).
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/spectra/estimate.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace rhochain {

class run_log;

struct SolverOptions {
    double rtol = 1e-3;      // wanted (upper - lower) / value, or relative error of an estimate
    double delta = 1e-9;     // failure probability allowed to PROBABLE bounds
    std::uint64_t seed = 0;  // of the random starts
    std::int64_t max_matvecs = std::numeric_limits<std::int64_t>::max();
    double max_seconds = std::numeric_limits<double>::infinity();
    std::function<bool(const Progress&)> callback{};   // returning true stops the run
    std::function<bool()> interrupt{};                 // called at most 20 times a second; true stops the run
    std::span<const double> start{};                   // a guess of the dominant vector (warm start)
    std::int64_t basis_bytes = std::int64_t{1} << 28;  // memory for Krylov vectors; at least 20 in any case
    run_log* log = nullptr;                            // of this run (run_log.hpp), on each rank or on none; borrowed
};

// (*) Throws std::invalid_argument naming the option. A start vector is a vector of S.
void validate(const SolverOptions& options, const space& S);

// The number of Krylov vectors of length n within basis_bytes, at most `most`.
[[nodiscard]] std::int64_t basis_capacity(const SolverOptions& options, std::int64_t n, std::int64_t most);

// Counts the products and seconds of one call, records its history and decides when the budget is spent. Any rank may
// ask for a stop; all ranks stop at the same place, after the next gather.
class Ledger {
public:
    Ledger(const SolverOptions& options, const space& S);

    // Counts products with one vector each.
    void count(std::int64_t products = 1) { matvecs_ += products; }

    // Records the bounds and calls the callback. A record replaces the one before it within a millisecond.
    void record(double lower, double value, double upper);

    [[nodiscard]] bool exhausted();
    // (*) Whether the run ends for another reason than max_matvecs: its clock, callback, an interrupt or the log. For
    // long work that a budget of products may exceed.
    [[nodiscard]] bool cut_short();
    [[nodiscard]] run_log* log() const { return log_; }
    [[nodiscard]] const space& domain() const { return S_; }

    // The options of a run inside this call: at most `products` products, the seconds that are left and no callback. An
    // interrupt of that run ends this call too. They refer to this ledger.
    [[nodiscard]] SolverOptions inner_options(const SolverOptions& options, std::int64_t products);

    // Whether max_matvecs allows that many further products.
    [[nodiscard]] bool affords(std::int64_t products) const { return products <= max_matvecs_ - matvecs_; }
    [[nodiscard]] std::int64_t matvecs() const { return matvecs_; }
    [[nodiscard]] double seconds() const;

    // (*) Writes the counts and the history into a finished bracket. An exhausted run that has not converged becomes
    // budget_spent.
    void close(Bracket& b);

private:
    // Asks the caller's function, at most 20 times a second, until it returns true. Of this rank alone.
    bool interrupted();

    space S_;
    std::int64_t max_matvecs_;
    double max_seconds_;
    std::function<bool(const Progress&)> callback_;
    std::function<bool()> interrupt_;
    run_log* log_;
    std::chrono::steady_clock::time_point begin_;
    std::int64_t matvecs_ = 0;
    bool stopped_ = false;  // by the callback
    bool interrupted_ = false;
    bool cut_ = false;  // for another reason than max_matvecs
    double last_poll_ = 0.0;
    std::vector<Progress> history_;
};

}  // namespace rhochain
