// The state of a run of a chain between two steps, in plain numbers. The rest of the run depends on nothing else: it
// resumes from the state to the same bits, in another process and with another number of threads. A rank saves and
// resumes its rows of the vectors; everything else is the same on all ranks.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/storage/block.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace rhochain {

// Borrowed. Each run defines its own `integers` and `reals`.
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
    // Called with the state before the first step of a run that does not resume, between steps, and when the run ends
    // or is stopped; true stops the run.
    std::function<bool(const chain_state&)> save{};
};

// When a run on the vectors of S saves its state. Throws std::invalid_argument unless save_seconds >= 0.
class state_saver {
public:
    state_saver(const ChainSaving& saving, const space& S);

    // Whether the time has come on a rank, which all ranks learn after the same step.
    [[nodiscard]] bool due() const { return S_.agreed_save(saving_->save && clock::now() >= due_); }

    // (*) Whether to stop, which one rank decides for all. Does nothing where that many steps have been saved.
    bool save(const chain_state& state);
    // With these vectors, not those of `state`.
    bool save(block_in vectors, chain_state state);

private:
    using clock = std::chrono::steady_clock;

    [[nodiscard]] clock::duration interval() const;

    const ChainSaving* saving_;
    space S_;
    std::int64_t saved_;
    clock::time_point due_;
};

}  // namespace rhochain
