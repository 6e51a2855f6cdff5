// The record of a run of a chain (chain_run.hpp) of K steps on X (N x b): ln ||x_c|| after steps 0, m, 2m, .. and the
// last, and the vectors after the last step. During the run a recording also saves the state between two steps, from
// which another run resumes to the same bits. The state therefore holds the mantissas as the steps left them: their
// norms lie in [2^-64, 2^64].
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/chains/steps/chain_run.hpp>

#include <cstdint>
#include <functional>
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

// The state's vectors are the mantissas (N x b), its integers the exponents of the columns (b), its reals the rows 0,
// m, 2m, .. of log_norms up to `done`. A run that resumes uses the shape of X alone.
struct ChainRecording : ChainSaving {
    std::int64_t every = 1;  // m
};

// (*) Carries X, called `what` in messages, through `run`, which calls run_chain with the arguments given here. S is
// the space of the columns, of N entries. Throws std::invalid_argument unless X has the rows of S, m >= 1 and a state
// to resume from is one of such a run.
using chain_runner =
    std::function<void(scaled_block& X, std::int64_t first, const std::function<bool(std::int64_t done)>& after_step)>;
[[nodiscard]] ChainResult record_chain(block_in X, const char* what, const space& S, std::int64_t steps,
                                       const chain_progress& progress, const ChainRecording& recording,
                                       const chain_runner& run);

}  // namespace rhochain
