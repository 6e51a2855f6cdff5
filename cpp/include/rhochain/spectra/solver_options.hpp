// What every solver accepts, and the ledger that spends it: products, seconds, the caller's callback. How many threads work is the
// map's (linear_map.hpp): spectral_norm(W.with(2), options).
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

struct SolverOptions {
    double rtol = 1e-3;      // wanted (upper - lower) / value, or relative error of an estimate
    double delta = 1e-9;     // failure probability allowed to PROBABLE bounds
    std::uint64_t seed = 0;  // of the random starts
    std::int64_t max_matvecs = std::numeric_limits<std::int64_t>::max();
    double max_seconds = std::numeric_limits<double>::infinity();
    std::function<bool(const Progress&)> callback{};     // returning true stops the run
    std::function<bool()> interrupt{};                   // asked between products, at most 20 times a second; true stops
    std::span<const double> start{};                     // a guess of the dominant vector (warm start)
    std::int64_t basis_bytes = std::int64_t{1} << 28;  // memory for Krylov vectors; never fewer than 20 of them
};

// Throws std::invalid_argument naming the option. A start vector is one of S.
void validate(const SolverOptions& options, const space& S);

// Krylov vectors of length n that the options pay for, at most `most`.
[[nodiscard]] std::int64_t basis_capacity(const SolverOptions& options, std::int64_t n, std::int64_t most);

// Counts products and seconds of one call, keeps its history and decides when the budget is spent. With ranks they decide together: each
// may ask for an end, and it comes when all know of it.
class Ledger {
public:
    Ledger(const SolverOptions& options, const space& S);

    // Called once for each product with one vector.
    void count(std::int64_t products = 1) { matvecs_ += products; }

    // Records the bounds so far and asks the callback. Rows closer than a millisecond apart replace each other.
    void record(double lower, double value, double upper);

    [[nodiscard]] bool exhausted();

    // Whether max_matvecs leaves room for that many products more.
    [[nodiscard]] bool affords(std::int64_t products) const { return products <= max_matvecs_ - matvecs_; }
    [[nodiscard]] std::int64_t matvecs() const { return matvecs_; }
    [[nodiscard]] double seconds() const;

    // Writes the counts and the history into a finished bracket; an exhausted run that has not converged is
    // marked budget_spent.
    void close(Bracket& b);

private:
    space S_;
    std::int64_t max_matvecs_;
    double max_seconds_;
    std::function<bool(const Progress&)> callback_;
    std::function<bool()> interrupt_;
    std::chrono::steady_clock::time_point begin_;
    std::int64_t matvecs_ = 0;
    bool stopped_ = false;
    double last_poll_ = 0.0;
    std::vector<Progress> history_;
};

}  // namespace rhochain
