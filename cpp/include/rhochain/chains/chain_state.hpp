// What the rest of a run of a chain depends on, between two steps, in plain numbers: a run goes on from it to the same bits, in
// another process and with another number of threads.
#pragma once

#include <rhochain/storage/block.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace rhochain {

// Borrowed. What `integers` and `reals` are is for the run to say.
struct chain_state {
    std::int64_t done = 0;  // steps
    const_block vectors;    // N x b
    std::span<const std::int64_t> integers;
    std::span<const double> norms;  // b, of the columns of `vectors`
    std::span<const double> reals;
};

struct ChainSaving {
    std::optional<chain_state> resume{};  // go on from here
    double save_seconds = 300.0;          // at most so often
    // Called with the state before the first step of a run that does not resume, between steps, and when the run ends or is
    // stopped; true stops the run.
    std::function<bool(const chain_state&)> save{};
};

// When a run is to save its state. Throws std::invalid_argument unless save_seconds >= 0.
class state_saver {
public:
    explicit state_saver(const ChainSaving& saving);

    [[nodiscard]] bool due() const { return saving_->save && clock::now() >= due_; }

    // Whether to stop. Does nothing where that many steps have been saved.
    bool save(const chain_state& state);

private:
    using clock = std::chrono::steady_clock;

    [[nodiscard]] clock::duration interval() const;

    const ChainSaving* saving_;
    std::int64_t saved_;
    clock::time_point due_;
};

}  // namespace rhochain
