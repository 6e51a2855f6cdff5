// Any chain P = J_{K-1} ... J_0 (N x N), borrowed, as what measures it by its factors alone sees it: gated cells or not.
#pragma once

#include <rhochain/chains/chain_run.hpp>

#include <concepts>
#include <cstdint>
#include <functional>

namespace rhochain {

class chain_ref {
public:
    template <class Chain>
        requires(!std::same_as<Chain, chain_ref>)
    chain_ref(const Chain& P)
        : size_(P.size()),
          steps_(P.steps()),
          threads_(P.threads()),
          factor_([&P](direction d, std::int64_t columns) { return P.factor(d, columns); }) {}

    [[nodiscard]] std::int64_t size() const { return size_; }
    [[nodiscard]] std::int64_t steps() const { return steps_; }
    [[nodiscard]] int threads() const { return threads_; }

    // The factors for blocks of so many columns, in any order of k, with a reader and scratch of their own.
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const { return factor_(d, columns); }

private:
    std::int64_t size_;
    std::int64_t steps_;
    int threads_;
    std::function<chain_factor(direction d, std::int64_t columns)> factor_;
};

}  // namespace rhochain
