// A state of a chain that a run saved, as a file would hold it.
#pragma once

#include <rhochain/chains/jacobian_chain.hpp>

#include <cstdint>
#include <vector>

struct kept_state {
    std::int64_t done = 0, rows = 0, columns = 0;
    std::vector<double> vectors, norms, reals;
    std::vector<std::int64_t> integers;

    explicit kept_state(const rhochain::chain_state& s)
        : done(s.done),
          rows(s.vectors.rows),
          columns(s.vectors.columns),
          vectors(s.vectors.flat().begin(), s.vectors.flat().end()),
          norms(s.norms.begin(), s.norms.end()),
          reals(s.reals.begin(), s.reals.end()),
          integers(s.integers.begin(), s.integers.end()) {}
    [[nodiscard]] rhochain::chain_state state() const {
        return {done, {vectors.data(), rows, columns}, integers, norms, reals};
    }
    bool operator==(const kept_state&) const = default;
};
