// The state of a run of a chain between two steps, in plain numbers. The rest of the run depends on nothing else: it
// resumes from the state to the same bits, in another process and with another number of threads.
//
// On ranks the first one alone saves and resumes. The state is that of one process, with whole vectors: any number of
// ranks goes on from it. Memory: the whole vectors in the first rank while they are saved, one vector in the others.
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

// Whether the vectors of a state are the columns of its block, N x b, or the rows, b x N.
enum class state_vectors { columns, rows };

// Borrowed. Each run defines its own `integers` and `reals`.
struct chain_state {
    std::int64_t done = 0;  // steps
    const_block vectors;    // b, of N entries
    std::span<const std::int64_t> integers;
    std::span<const double> norms;  // b, of `vectors`
    std::span<const double> reals;
};

struct ChainSaving {
    std::optional<chain_state> resume{};  // go on from here
    double save_seconds = 300.0;          // at most so often
    // Called with the state before the first step of a run that does not resume, between steps, and when the run ends
    // or is stopped; true stops the run. On ranks that of the first rank is called.
    std::function<bool(const chain_state&)> save{};
};

// When a run on the vectors of S saves its state. Throws std::invalid_argument unless save_seconds >= 0.
class state_saver {
public:
    // (*)
    state_saver(const ChainSaving& saving, const space& S, state_vectors layout = state_vectors::columns);

    // Whether the run saves its state.
    [[nodiscard]] bool saves() const { return saves_; }
    // Whether the time has come in the first rank, which all ranks learn after the same step.
    [[nodiscard]] bool due() const { return S_.agreed_save(writes() && clock::now() >= due_); }

    // (*) The state of this rank. Whether to stop, which the first rank decides for all. Does nothing where that many
    // steps have been saved.
    bool save(const chain_state& state);
    // With these vectors, not those of `state`.
    bool save(block_in vectors, chain_state state);

private:
    using clock = std::chrono::steady_clock;

    [[nodiscard]] clock::duration interval() const;

    [[nodiscard]] bool writes() const { return saves_ && S_.rank() == 0; }
    // Whether the caller wants to stop.
    [[nodiscard]] bool write(const chain_state& state) const;

    const ChainSaving* saving_;
    space S_;
    state_vectors layout_;
    bool saves_ = false;
    std::int64_t saved_ = -1;
    clock::time_point due_;
};

}  // namespace rhochain
