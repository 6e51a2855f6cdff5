#include "kernels/vectors/column_combinations.hpp"

#include <rhochain/kernels/products/gemm.hpp>

namespace rhochain {

void combine_columns(const_block X, std::span<const double> C, mutable_block Y, const space& S) {
    const std::int64_t k = X.columns;
    gemm(dense_view<double>{X.rows, k, X.flat()}, entry_map::identity, 1.0, const_block(C.data(), k, k), Y,
         S.threads());
}

}  // namespace rhochain
