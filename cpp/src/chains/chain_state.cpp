#include <rhochain/chains/chain_state.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "chains/state_vectors.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace rhochain {

state_saver::state_saver(const ChainSaving& saving, const space& S, state_vectors layout)
    : saving_(&saving), S_(S), layout_(layout), due_(clock::now() + interval()) {
    S.attempt([&] {
        if (!(saving.save_seconds >= 0.0)) throw std::invalid_argument("save_seconds: expected a number of at least 0");
    });
    const auto done = static_cast<double>(saving.resume ? saving.resume->done : -1);
    std::array<double, 2> known{saving.save ? 1.0 : 0.0, done};
    S_.broadcast(known, 0);
    saves_ = known[0] == 1.0;
    saved_ = static_cast<std::int64_t>(known[1]);
}

state_saver::clock::duration state_saver::interval() const {
    constexpr double never = 1e9;  // thirty years, which no clock overflows
    const std::chrono::duration<double> seconds(std::min(saving_->save_seconds, never));
    return std::chrono::duration_cast<clock::duration>(seconds);
}

bool state_saver::save(block_in vectors, chain_state state) {
    state.vectors = entries_of(vectors);
    return save(state);
}

bool state_saver::save(const chain_state& state) {
    if (!saves_ || saved_ == state.done) return false;
    bool stop = false;
    S_.attempt([&] { stop = write(state); });
    if (S_.any(stop)) return true;
    saved_ = state.done;
    due_ = clock::now() + interval();
    return false;
}

bool state_saver::write(const chain_state& state) const {
    if (S_.whole()) return saving_->save(state);
    const std::vector<double> vectors = whole_vectors(state.vectors, layout_, S_);
    if (!writes()) return false;
    chain_state whole = state;
    whole.vectors = vectors_in(vectors, vector_count(state.vectors, layout_), S_.size(), layout_);
    return saving_->save(whole);
}

}  // namespace rhochain
