#include "kernels/vectors/block_columns.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cstddef>

namespace rhochain {

void copy_block(block_in X, block_out Y, const space& S) {
    over_panels(S, X.size(), [X = entries_of(X), Y = entries_of(Y)](std::int64_t first, std::int64_t last) {
        std::copy(X.row(first), X.row(last), Y.row(first));
    });
}

void copy_column(block_in X, std::int64_t c, vector_out x, const space& S) {
    over_panels(S, X.rows(), [c, X = entries_of(X), x = entries_of(x)](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) x[static_cast<std::size_t>(i)] = X.row(i)[c];
    });
}

void fill_columns(double value, std::int64_t first, block_out X, const space& S) {
    over_panels(S, X.size(), [=, X = entries_of(X)](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) std::fill(X.row(i) + first, X.row(i + 1), value);
    });
}

}  // namespace rhochain
