// The saved state (chain_state.hpp) that a measure goes on from, which every rank has its part of.
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/kernels/space/space.hpp>

#include <functional>

namespace rhochain {

// Throws the std::invalid_argument of a state that is not one of the run.
[[noreturn]] void refuse_state();

// (*) Null where no rank resumes. Refuses the state, on all ranks of S, unless each has one of the same number of
// steps done for which fits(state) is true.
[[nodiscard]] const chain_state* resumed_state(const ChainSaving& saving, const space& S,
                                               const std::function<bool(const chain_state&)>& fits);

}  // namespace rhochain
