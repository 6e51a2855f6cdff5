// What the entries of A tell about its singular values at once: whether they are all nearly the same
// (gram_interval.hpp) and whether sigma_1(A) = sigma_1(|A|) (sign_factors.hpp). Where the rows of A are shared out to
// ranks, each rank looks at its rows and columns. Where these neither decide nor rule out both, the first rank looks at
// all of A.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include "spectra/structure/gram_interval.hpp"

#include <optional>

namespace rhochain {

struct entry_structure {
    std::optional<modulus_interval> moduli{};
    bool signs_factorize = false;  // false where there are moduli
};

// (*)
[[nodiscard]] entry_structure structure_of_entries(const linear_map& A);

}  // namespace rhochain
