#include <rhochain/chains/chain_state.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <stdexcept>

namespace rhochain {

state_saver::state_saver(const ChainSaving& saving, const space& S)
    : saving_(&saving), S_(S), saved_(saving.resume ? saving.resume->done : -1), due_(clock::now() + interval()) {
    if (!(saving.save_seconds >= 0.0)) throw std::invalid_argument("save_seconds: expected a number of at least 0");
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
    bool stop = false;
    S_.attempt([&] {
        if (!saving_->save || saved_ == state.done) return;
        stop = saving_->save(state);
        if (stop) return;
        saved_ = state.done;
        due_ = clock::now() + interval();
    });
    return S_.any(stop);
}

}  // namespace rhochain
