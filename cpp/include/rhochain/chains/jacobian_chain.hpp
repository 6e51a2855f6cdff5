// P = J_{K-1} ... J_1 J_0, the product of the Jacobians of K steps of a recurrent network (chain_step.hpp), n x n:
//     jvp(V) = P V      tangents forward, from step 0 to step K - 1
//     vjp(G) = P^T G    gradients backward, from step K - 1 to step 0
// on row-major blocks (n x b), of any length (chain_run.hpp).
// Source: Pascanu, Mikolov & Bengio 2013, eq. 5, with the true factor W diag(sigma'(x_k)).
#pragma once

#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/chains/steps/chain_step.hpp>
#include <rhochain/chains/trajectories/slope_reader.hpp>
#include <rhochain/chains/trajectories/slope_source.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace rhochain {

struct ChainOptions {
    convention form = convention::pre;
    neuron_leaks leak{};
    std::optional<linear_part> linear{};
};

class jacobian_chain {
public:
    // (*) W (n x n) is kept normalised(), and so is O; W's threads are those of the chain. Throws
    // std::invalid_argument unless W is square, the slopes are n wide and leaks and O fit W.
    jacobian_chain(const linear_map& W, slope_source slopes, const ChainOptions& options = {});

    [[nodiscard]] std::int64_t steps() const { return slopes_.steps(); }
    [[nodiscard]] std::int64_t size() const { return rule_.A.rows(); }
    // The space of the states.
    [[nodiscard]] const space& domain() const { return rule_.A.domain(); }
    [[nodiscard]] const chain_rule& rule() const { return rule_; }
    [[nodiscard]] const slope_source& slopes() const { return slopes_; }

    [[nodiscard]] ChainResult jvp(const_block V, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;
    [[nodiscard]] ChainResult vjp(const_block G, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;

    // X, which `first` steps have been done on, becomes P X or P^T X. Calls after_step(done), which returns true to
    // stop, and returns the steps done. The reader is one of slopes().
    std::int64_t run(direction d, scaled_block& X, slope_reader& reader,
                     const std::function<bool(std::int64_t done)>& after_step, std::int64_t first = 0) const;

    // The factors one by one (chain_ref.hpp).
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const;

    // max_i |s_k,i| for each step: eq. 7 bounds ||P||_2 by the product of (1 - a) + a max|s_k| ||W||_2, with the least
    // leak in 1 - a and the largest one in a.
    [[nodiscard]] std::vector<double> largest_slopes(const chain_progress& progress = {}) const;

private:
    [[nodiscard]] ChainResult record(direction d, block_in X, const char* what, const chain_progress& progress,
                                     const ChainRecording& recording) const;

    chain_rule rule_;
    slope_source slopes_;
};

}  // namespace rhochain
