// The slopes of a rollout in blocks of steps, in any order, within a bounded memory. The replay computes again the
// steps that it does not keep. A walk backward costs at most the steps that checkpoints.hpp counts, a walk forward K.
// Holds block x n slopes, at most slots + 2 states of n, and what rollout_stepper holds.
#pragma once

#include <rhochain/chains/trajectories/checkpoints.hpp>
#include <rhochain/chains/trajectories/rollout.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace rhochain {

class rollout_replay {
public:
    // The trajectory must outlive it. `bytes`: for slopes and states together, of all ranks. Throws
    // std::invalid_argument if that is less than 8 vectors. `interrupt` is asked between steps, at most 20 times a
    // second; what it asks for ends the walk on all ranks by reading_stopped.
    rollout_replay(const rollout& trajectory, std::int64_t bytes, std::function<bool()> interrupt = {});

    [[nodiscard]] const replay_plan& plan() const { return plan_; }

    // (*) The slopes of steps begin .. end - 1, begin a multiple of plan().block, end at most one block on. Valid
    // until the next call.
    [[nodiscard]] row_block slopes(std::int64_t begin, std::int64_t end);

    // Steps computed so far.
    [[nodiscard]] std::int64_t computed() const { return computed_; }

private:
    struct kept_state {
        std::int64_t block;
        buffer<double> x;
    };

    void seek(std::int64_t block);
    void keep_if_planned(std::int64_t last);
    void compute(std::int64_t begin, std::int64_t end, double* slopes);
    void ask_to_go_on();

    const rollout* trajectory_;
    space S_;
    replay_plan plan_;
    rollout_stepper stepper_;
    buffer<double> slopes_;
    std::vector<kept_state> kept_;       // in the order of their blocks; the first is the start
    std::vector<buffer<double>> spare_;  // states no longer needed
    buffer<double> x_;                   // the state before block at_
    std::int64_t at_ = 0;
    std::int64_t computed_ = 0;
    std::function<bool()> interrupt_;
    std::chrono::steady_clock::time_point asked_ = std::chrono::steady_clock::now();
};

}  // namespace rhochain
