// A borrowed chain P = J_{K-1} ... J_0 (N x N) of plain or gated cells, reduced to its factors: the interface of
// measures that multiply by one factor at a time.
#pragma once

#include <rhochain/chains/steps/chain_run.hpp>

#include <concepts>
#include <cstdint>
#include <functional>

namespace rhochain {

class chain_ref {
public:
    template <class Chain>
        requires(!std::same_as<Chain, chain_ref>)
    chain_ref(const Chain& P)
        : steps_(P.steps()),
          domain_(P.domain()),
          factor_([&P](direction d, std::int64_t columns) { return P.factor(d, columns); }) {}

    [[nodiscard]] std::int64_t size() const { return domain_.size(); }
    [[nodiscard]] std::int64_t steps() const { return steps_; }
    // The space of the states.
    [[nodiscard]] const space& domain() const { return domain_; }

    // The factors for blocks of so many columns, in any order of k, with a reader and scratch of their own.
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const { return factor_(d, columns); }

private:
    std::int64_t steps_;
    space domain_;
    std::function<chain_factor(direction d, std::int64_t columns)> factor_;
};

}  // namespace rhochain
