// The vectors of a state (chain_state.hpp) as the first rank saves them, whole, and as each rank has them, slices. They
// go from one to the other one vector at a time.
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/block.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

[[nodiscard]] std::int64_t vector_count(const_block X, state_vectors layout);
// So many vectors of that length. Borrowed.
[[nodiscard]] const_block vectors_in(std::span<const double> entries, std::int64_t vectors, std::int64_t length,
                                     state_vectors layout);

// (*) The whole vectors in the first rank, nothing in the others; `own` are the slices of this one.
[[nodiscard]] std::vector<double> whole_vectors(const_block own, state_vectors layout, const space& S);
// (*) The slices of this rank of so many vectors; `whole` are those of the first rank, and are not read in the others.
[[nodiscard]] std::vector<double> own_vectors(const_block whole, std::int64_t vectors, state_vectors layout,
                                              const space& S);

}  // namespace rhochain
