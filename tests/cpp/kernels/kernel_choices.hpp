// The entry maps and the instruction sets that products are tested with.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/products/instruction_set.hpp>

inline constexpr rhochain::instruction_set all_sets[] = {
    rhochain::instruction_set::baseline, rhochain::instruction_set::avx2, rhochain::instruction_set::avx512};
inline constexpr rhochain::entry_map all_maps[] = {rhochain::entry_map::identity, rhochain::entry_map::absolute,
                                                   rhochain::entry_map::squared};
