#include "kernels/vectors/column_combinations.hpp"

#include <rhochain/kernels/products/gemm.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

namespace rhochain {

void combine_columns(block_in X, std::span<const double> C, block_out Y, const space& S) {
    const std::int64_t k = X.columns();
    gemm(dense_view<double>{X.rows(), k, entries_of(X.flat())}, entry_map::identity, 1.0, const_block(C.data(), k, k),
         entries_of(Y), S.threads());
}

}  // namespace rhochain
