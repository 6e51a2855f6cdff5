#include "chains/resumed_state.hpp"
#include "chains/state_vectors.hpp"
#include "spectra/structure/on_first_rank.hpp"

#include <stdexcept>

namespace rhochain {

void refuse_state() { throw std::invalid_argument("resume: got the state of another run or measure"); }

resumed_state::resumed_state(const ChainSaving& saving, const space& S, state_vectors layout,
                             const std::function<void(const chain_state&)>& require) {
    S.attempt([&] {
        if (!saving.resume) return;
        if (S.rank() != 0) throw std::invalid_argument("resume: got a state on a rank that is not the first");
        require(*saving.resume);
        state_ = saving.resume;
    });
    if (S.any(state_.has_value()) && !S.whole()) share_out(S, layout);
}

void resumed_state::share_out(const space& S, state_vectors layout) {
    const chain_state given = state_.value_or(chain_state{});
    std::int64_t done = given.done;
    std::int64_t vectors = vector_count(given.vectors, layout);
    on_first_rank(
        S,
        [&] {
            integers_.assign(given.integers.begin(), given.integers.end());
            norms_.assign(given.norms.begin(), given.norms.end());
            reals_.assign(given.reals.begin(), given.reals.end());
        },
        [&](state_archive& s) {
            s(done);
            s(vectors);
            s.list(integers_, std::int64_t{0}, 1, [&](std::int64_t& i) { s(i); });
            s(norms_);
            s(reals_);
        });
    vectors_ = own_vectors(given.vectors, vectors, layout, S);
    state_ = chain_state{done, vectors_in(vectors_, vectors, S.length(), layout), integers_, norms_, reals_};
}

}  // namespace rhochain
