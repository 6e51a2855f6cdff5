#include "chains/measures/resumed_state.hpp"

#include <stdexcept>

namespace rhochain {

void refuse_state() { throw std::invalid_argument("resume: got the state of another run or measure"); }

const chain_state* resumed_state(const ChainSaving& saving, const space& S,
                                 const std::function<bool(const chain_state&)>& fits) {
    const auto& mine = saving.resume;
    if (!S.any(mine.has_value())) return nullptr;
    const double done = mine ? static_cast<double>(mine->done) : -1.0;
    const bool same_step = S.least(done) == S.largest(done);
    if (S.any(!mine || !fits(*mine)) || !same_step) refuse_state();
    return &*mine;
}

}  // namespace rhochain
