#include "kernels/vectors/gather.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>

namespace rhochain {

void zero_rows(std::span<const std::int64_t> rows, block_out X, const space& S) {
    const mutable_block entries = entries_of(X);
    for (const std::int64_t i : rows) {
        const std::int64_t own = i - S.first();
        if (own >= 0 && own < S.length()) std::fill_n(entries.row(own), entries.columns, 0.0);
    }
}

}  // namespace rhochain
