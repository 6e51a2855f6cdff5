#include "chains/resumed_state.hpp"
#include "chains/state_vectors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <stdexcept>

namespace rhochain {
namespace {

// (*) The numbers of the first rank, on all of them.
std::vector<double> received(std::span<const double> of_first, double count, const space& S) {
    std::vector<double> numbers(static_cast<std::size_t>(count));
    S.broadcast(of_first, numbers, 0);
    return numbers;
}

}  // namespace

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
    const bool first = S.rank() == 0;
    const chain_state given = state_.value_or(chain_state{});
    const auto size = [](const auto& x) { return static_cast<double>(x.size()); };
    std::array<double, 5> counts{static_cast<double>(given.done),
                                 static_cast<double>(vector_count(given.vectors, layout)), size(given.integers),
                                 size(given.norms), size(given.reals)};
    S.broadcast(counts, 0);
    std::vector<double> bits(first ? given.integers.size() : 0);
    std::transform(given.integers.begin(), given.integers.end(), bits.begin(),
                   [](std::int64_t i) { return std::bit_cast<double>(i); });
    for (const double b : received(bits, counts[2], S)) integers_.push_back(std::bit_cast<std::int64_t>(b));
    norms_ = received(given.norms, counts[3], S);
    reals_ = received(given.reals, counts[4], S);
    const auto vectors = static_cast<std::int64_t>(counts[1]);
    vectors_ = own_vectors(given.vectors, vectors, layout, S);
    state_ = chain_state{static_cast<std::int64_t>(counts[0]), vectors_in(vectors_, vectors, S.length(), layout),
                         integers_, norms_, reals_};
}

}  // namespace rhochain
