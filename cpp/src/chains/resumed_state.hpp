// The saved state (chain_state.hpp) that a run goes on from. The first rank has it; each rank receives its slices of
// the vectors, and all of the rest.
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/kernels/space/space.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace rhochain {

// Throws the std::invalid_argument of a state that is not one of the run.
[[noreturn]] void refuse_state();

class resumed_state {
public:
    // (*) `require` throws where the state, with its whole vectors, is not one of the run; then all ranks do. Memory:
    // on ranks one vector beside the slices.
    resumed_state(const ChainSaving& saving, const space& S, state_vectors layout,
                  const std::function<void(const chain_state&)>& require);
    resumed_state(const resumed_state&) = delete;
    resumed_state& operator=(const resumed_state&) = delete;

    // Null where the run begins anew.
    [[nodiscard]] const chain_state* get() const { return state_ ? &*state_ : nullptr; }

private:
    void share_out(const space& S, state_vectors layout);

    std::optional<chain_state> state_;
    // On ranks, what state_ borrows.
    std::vector<double> vectors_, norms_, reals_;
    std::vector<std::int64_t> integers_;
};

}  // namespace rhochain
