#include "kernels/vectors/gather.hpp"

#include <algorithm>

namespace rhochain {

void zero_rows(std::span<const std::int64_t> rows, mutable_block X, const space& S) {
    for (const std::int64_t i : rows) {
        const std::int64_t own = i - S.first();
        if (own >= 0 && own < S.length()) std::fill_n(X.row(own), X.columns, 0.0);
    }
}

}  // namespace rhochain
