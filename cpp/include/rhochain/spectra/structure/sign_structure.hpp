// The signs of the entries of W, for a report: whether they factorize, W = S1 |W| S2 with diagonal signs S1 and S2, and
// the lines that have entries of both signs. Where they factorize sigma_1(W) = sigma_1(|W|) and mu_D(W) = rho(|W|)
// (Dale's theorem, docs/theory/24-dale.md). Stored zeros have no sign. O(nnz) time.
#pragma once

#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

// Rows, or columns, with entries of both signs.
struct mixed_lines {
    std::vector<std::int64_t> lines;     // rising
    std::vector<std::int64_t> minority;  // for each: its entries of the rarer sign
};

struct sign_structure {
    bool factorizes = true;                // W = S1 |W| S2
    bool factorizes_in_components = true;  // each strongly connected component by itself; false unless W is square
    mixed_lines columns;
    mixed_lines rows;
};

// (*) Throws std::invalid_argument if W.entries() is null and W does not gather.
[[nodiscard]] sign_structure signs_of(const linear_map& W);

}  // namespace rhochain
