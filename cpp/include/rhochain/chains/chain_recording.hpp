// What is kept of a run of a chain (chain_run.hpp) of K steps on X (N x b): ln ||x_c|| after steps 0, m, 2m, .. and the
// last, the vectors after the last, and on the way the state between two steps, from which a run goes on to the same
// bits. So that it does, the mantissas of a state are as the steps left them: their norms lie in [2^-64, 2^64].
#pragma once

#include <rhochain/chains/chain_run.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace rhochain {

// Column c of the product is 2^exponents[c] times column c of `mantissas` (N x b), whose 2-norm lies in [1/2, 1).
struct ChainResult {
    buffer<double> mantissas;
    std::vector<std::int64_t> exponents;
    std::vector<std::int64_t> recorded;  // the steps done at each row of log_norms: 0, m, 2m, .., done
    std::vector<double> log_norms;       // recorded x b: ln of the 2-norms; -inf for zero
    std::int64_t columns = 1;
    std::int64_t done = 0;  // K unless the run was stopped
};

// After `done` steps, all that the rest of a run of the same chain depends on; borrowed.
struct chain_state {
    std::int64_t done = 0;
    const_block mantissas;                    // N x b
    std::span<const std::int64_t> exponents;  // b
    std::span<const double> norms;            // b, of the columns of `mantissas`
    std::span<const double> log_norms;        // (floor(done / m) + 1) x b: the rows 0, m, 2m, .. up to `done`
};

struct ChainRecording {
    std::int64_t every = 1;                // m
    std::optional<chain_state> resume{};   // go on from here; the X given then tells no more than its shape
    double save_seconds = 300.0;           // at most so often
    // Called with the state before the first step of a run that does not resume, between steps, and after the last step
    // done, also of a run that was stopped; true stops the run.
    std::function<bool(const chain_state&)> save{};
};

// Carries X, called `what` in messages, through `run`, which calls run_chain with the arguments given here. Throws
// std::invalid_argument unless X has `size` rows, m >= 1 and a state to resume from is one of such a run.
using chain_runner = std::function<void(scaled_block& X, std::int64_t first,
                                        const std::function<bool(std::int64_t done)>& after_step)>;
[[nodiscard]] ChainResult record_chain(const_block X, const char* what, std::int64_t size, std::int64_t steps,
                                       int threads, const chain_progress& progress, const ChainRecording& recording,
                                       const chain_runner& run);

}  // namespace rhochain
